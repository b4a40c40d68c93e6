"""The site builds without a warning, keeps to itself, and can be read by anyone on any device."""

import gzip
import posixpath
import re
import urllib.parse
from html.parser import HTMLParser

import pytest

from conftest import lesson_names, page_names
from course.plots.style import INKS
from reading import lesson_paths, read_lesson

LOADS = {("img", "src"), ("script", "src"), ("link", "href"), ("source", "src"), ("iframe", "src")}
NO_FILE = {"canonical", "license", "next", "prev", "index", "search", "author"}  # of <link>


class Elements(HTMLParser):
    """The ids of a page, its links, and what it loads."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.ids |= {known[key] for key in ("id", "name") if key in known}
        for key, value in attributes:
            if tag == "link" and known.get("rel") in NO_FILE:
                continue
            if (tag, key) in LOADS and value:
                self.loads.append(value)
            elif key == "href" and tag == "a":
                self.links.append(value)

    handle_startendtag = handle_starttag


@pytest.fixture(scope="module")
def pages(built):
    """Every page of the site, read: name -> Elements."""
    return {
        name: Elements((built.folder / name).read_text(encoding="utf-8"))
        for name in page_names(built.folder)
    }


def test_the_build(built, figures):
    figures.append(f"The site was built in {built.seconds:.0f} s.")
    assert "WARNING" not in built.output
    assert len(lesson_names(built.folder)) == len(lesson_paths())


def test_links_lead_somewhere(pages, built):
    broken = []
    for name, page in pages.items():
        for link in page.links + page.loads:
            where = urllib.parse.urlsplit(link)
            if where.scheme or link.startswith("data:"):
                continue
            path, fragment = map(urllib.parse.unquote, (where.path, where.fragment))
            target = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            )
            if not (built.folder / target).is_file():
                broken.append(f"{name}: {link}")
            elif where.fragment and target in pages and fragment not in pages[target].ids:
                broken.append(f"{name}: {link}, no such place")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(pages):
    assert [(name, one) for name, page in pages.items() for one in page.loads if "//" in one] == []


def test_every_lesson_says_how_to_make_it_live(pages, built):
    for name in lesson_names(built.folder):
        notebook = name.replace(".html", ".ipynb")
        live = f"https://mybinder.org/v2/gh/ada/rnn-course/main?urlpath=lab/tree/{notebook}"
        assert live in pages[name].links
        assert "https://codespaces.new/ada/rnn-course?quickstart=1" in pages[name].links


def test_what_is_folded_in_a_lesson_is_folded_here(built):
    for path in lesson_paths():
        html = (built.folder / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
        lesson = read_lesson(path)
        folds = sum(cell.source.count("<summary>") for cell in lesson.text)
        assert html.count("<summary>") >= folds, path.name
        assert not re.search(r"<details[^>]* open", html), path.name
        hidden = sum("hide-output" in cell.tags and bool(cell.outputs) for cell in lesson.code)
        assert len(re.findall(r'<details class="admonition hide below-input', html)) == hidden, (
            path.name
        )


def test_every_picture_keeps_its_words_and_its_pixels(built):
    from PIL import Image

    for path in lesson_paths():
        html = (built.folder / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
        shown = re.findall(r'<img alt="([^"]+)" src="(pictures/[^"]+)"', html)
        stored = re.findall(
            r'<img alt=\\"((?:[^"\\]|\\[^"])+)\\"', path.read_text(encoding="utf-8")
        )
        assert len(shown) == len(stored) > 0, path.name
        for _, source in shown:
            with Image.open(built.folder / "notebooks" / source) as picture:
                assert picture.width > 300, source
        assert "data:image/png" not in html


def test_weight(pages, built, figures):
    """A lesson with all that it loads, as a server sends it: text compressed, pictures as they are."""
    for name in lesson_names(built.folder):
        files = [built.folder / name]
        for one in set(pages[name].loads):
            path = urllib.parse.urlsplit(one).path
            files.append(built.folder / posixpath.normpath(posixpath.join("notebooks", path)))
        bytes_of = [path.read_bytes() for path in files]
        sent = [
            len(data if path.suffix in (".webp", ".png") else gzip.compress(data))
            for path, data in zip(files, bytes_of, strict=True)
        ]
        figures.append(f"{name}: {sum(sent):,} bytes sent, {sum(map(len, bytes_of)):,} in all")
        assert sum(sent) < 1_200_000, name


# In the browser ----------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_fits_and_keeps_to_itself(sheet, built, width):
    one, wide = sheet(width), []
    for name in page_names(built.folder):
        page = one.open(name)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        across, blank, stuck = page.evaluate(
            """[document.documentElement.scrollWidth,
            [...document.images].filter(i => i.complete && !i.naturalWidth).length,
            [...document.querySelectorAll('.bd-article *')].filter(
                part => part.scrollWidth > part.clientWidth + 1 && part.tabIndex < 0 &&
                ['auto', 'scroll'].includes(getComputedStyle(part).overflowX) &&
                !part.querySelector('[tabindex], a, input, summary')).length]"""
        )
        if across > width or blank or stuck:
            wide.append(
                f"{name}: {across} pixels, {blank} pictures missing, {stuck} that no key scrolls"
            )
    assert wide == []
    assert one.troubles == []


AXE = """async rules => (await axe.run(document, {resultTypes: ['violations'], ...rules})).violations
    .filter(v => ['serious', 'critical'].includes(v.impact)).flatMap(v => v.nodes.map(n =>
    `${v.id}: ${(n.any[0] || n.all[0] || n.none[0] || {}).message} ${n.html.slice(0, 200)}`))"""


OPEN_FOLDS = """async () => {  // what is inside fades in, and is pale until then
    document.querySelectorAll('details').forEach(fold => fold.open = true)
    await Promise.all(document.getAnimations().filter(
        fading => fading.effect.getComputedTiming().endTime < 5000).map(fading => fading.finished))
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(sheet, built, axe, theme):
    one, found = sheet(1280, theme), []
    rules = {} if theme == "light" else {"runOnly": ["color-contrast"]}
    for name in page_names(built.folder):
        page = one.open(name)
        page.evaluate(OPEN_FOLDS)
        page.evaluate(axe)
        found += [f"{name}: {words}" for words in page.evaluate(AXE, rules)]
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whatever_an_output_holds_can_be_read(sheet, axe, theme):
    page = sheet(1280, theme).open("notebooks/10_the_clinic.html")
    page.evaluate(
        """[...document.querySelectorAll('.cell_output .text_html:not(:has(.widget))')].find(
        output => output.checkVisibility()).innerHTML =
        `<p>Words, <a href="#">a link</a>, <code style="background: none">code</code>.</p><pre>A block.</pre>
        <p class="text-muted">Quiet words.</p><table class="table"><tr><th>Head<td>number
        <tr><td><code>odd</code><td>row<tr><td>even<td>row</table>`"""
    )
    page.evaluate(axe)
    assert page.evaluate(AXE, {"runOnly": ["color-contrast"]}) == []


def test_formulas_are_drawn_and_can_be_heard(sheet, built):
    page = sheet().open("notebooks/04_send_the_blame_back_in_time.html")
    drawn, heard, tall = page.evaluate(
        """[document.querySelectorAll('mjx-container > svg').length,
        document.querySelectorAll('mjx-assistive-mml > math').length,
        Math.max(...[...document.querySelectorAll('.formula svg')].map(s => s.getBBox().height))]"""
    )
    assert drawn == heard > 50 and tall > 500
    for name in lesson_names(built.folder):
        text = (built.folder / name).read_text(encoding="utf-8")
        assert not re.search(
            r"\$\$|\\color|\\frac", re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)
        )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_coloured_formulas_stand_out(sheet, theme):
    page = sheet(1280, theme).open("notebooks/04_send_the_blame_back_in_time.html")
    colours = page.evaluate(
        """Object.fromEntries([...document.querySelectorAll('mjx-container [fill^="#"]')].map(
        g => [g.getAttribute('fill'), getComputedStyle(g).fill]))"""
    )
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len(colours) >= 3 and set(colours) <= set(INKS.values())

    def light(colour):
        rgb = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
        parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05

    for ink, shown in colours.items():
        ratio = max(light(shown), light(ground)) / min(light(shown), light(ground))
        assert ratio >= 4.5, (ink, shown, ground)


def test_from_the_front_page_to_the_formula_of_dh_in_three_clicks(sheet):
    page = sheet().open("index.html")
    page.click("article a:has-text('lesson 4') >> nth=0")
    page.click("#pst-page-toc-nav a:has-text('Two sources of blame')")
    place = page.evaluate("document.getElementById(location.hash.slice(1)).textContent")
    assert re.search(r"dht=Why⊤dyt.*\+Whh⊤dat\+1", re.sub(r"[\s⏟]", "", place))


def test_search_finds(sheet):
    page = sheet().open("search.html?q=softmax")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a:has-text('Turn scores')").count() >= 1
