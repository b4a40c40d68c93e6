"""Read lessons and pages as a strict editor would: headings, links, pictures, folds, words."""

import json
import re
import shutil
import subprocess
import urllib.parse
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
LEFT_OUT = {".git", "__pycache__", "venv", "node_modules", "htmlcov"}

FENCED = re.compile(r"^(```+|~~~+)([^\n]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
MATH = re.compile(r"\$\$.*?\$\$|(?<![\\$])\$(?!\s)[^$\n]+?(?<![\\\s])\$", re.DOTALL)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?([^()\s>]*(?:\([^()\s]*\))?)>?[^)]*\)")
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook."""

    id: str
    kind: str  # "markdown" or "code"
    source: str
    tags: tuple[str, ...]
    metadata: dict
    count: int | None
    outputs: list = field(default_factory=list)

    @property
    def where(self):
        return f"cell {self.id!r}"


@dataclass(frozen=True)
class Lesson:
    """A notebook, its cells in order."""

    path: Path
    metadata: dict
    cells: list[Cell]

    @property
    def number(self):
        return int(self.path.name[:2])

    @cached_property
    def code(self):
        return [cell for cell in self.cells if cell.kind == "code"]

    @cached_property
    def text(self):
        return [cell for cell in self.cells if cell.kind == "markdown"]

    @cached_property
    def headings(self):
        """(cell, level, words) of every heading, in order."""
        return [(cell, *heading) for cell in self.text for heading in headings(cell.source)]

    @cached_property
    def texts_shown(self):
        """(cell, kind, text) of everything textual that the stored outputs show."""
        return [
            (cell, kind, text)
            for cell in self.code
            for output in cell.outputs
            for kind, text in shown(output)
        ]


def files_of_the_course():
    """Every file under version control or, without git, every file that could be."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        if listed.returncode == 0 and listed.stdout:
            names = listed.stdout.decode("utf-8").split("\0")
            return sorted(ROOT / name for name in names if name and (ROOT / name).is_file())
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not any(
            part in LEFT_OUT or (part.startswith(".") and part not in (".ci", ".github"))
            for part in path.relative_to(ROOT).parts[:-1]
        )
        and not path.name.startswith("my_rnn")
    )


def lesson_paths():
    """The lessons in order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def read_lesson(path):
    """Read a notebook as it is stored."""
    data = json.loads(path.read_text(encoding="utf-8"))
    cells = [
        Cell(
            cell.get("id", ""),
            cell["cell_type"],
            joined(cell["source"]),
            tuple(cell["metadata"].get("tags", ())),
            cell["metadata"],
            cell.get("execution_count"),
            cell.get("outputs", []),
        )
        for cell in data["cells"]
    ]
    return Lesson(path, data["metadata"], cells)


def joined(text):
    """The text of a field that a notebook stores as lines."""
    return text if isinstance(text, str) else "".join(text)


def shown(output):
    """(kind, text) of what one stored output shows."""
    if output["output_type"] == "stream":
        yield output["name"], joined(output["text"])
    for kind, value in output.get("data", {}).items():
        if kind.startswith("text/") or kind.endswith("svg+xml"):
            yield kind, joined(value)


# Markdown ----------------------------------------------------------------------------------


def without_code(text):
    """Markdown without fenced and inline code, and without formulas."""
    return MATH.sub(" ", INLINE.sub(" ", FENCED.sub("\n", text)))


def headings(text):
    """(level, words) of every heading in Markdown."""
    return [(len(marks), words) for marks, words in HEADING.findall(FENCED.sub("\n", text))]


def prose(text):
    """Only the words of Markdown: no code, formulas, tags, addresses, or titles in italics."""
    text = without_code(text)
    text = LINK.sub(lambda m: " " if m[3].startswith("http") else m[2], text)
    text = re.sub(r"<!--.*?-->|</?[a-zA-Z][^>]*>", " ", text, flags=re.DOTALL)
    return re.sub(r"(?<![*\w])\*(?!\*)[^*\n]+\*(?![*\w])", " ", text)


def linked(text):
    """(mark, words, target) of links and pictures in Markdown, also of pictures in links."""
    for mark, words, target in LINK.findall(text):
        yield mark, words, target
        yield from linked(words)


def links(text):
    """(words, target) of links and pictures in Markdown or HTML."""
    text = INLINE.sub(" ", FENCED.sub("\n", text))
    yield from ((words, target) for _, words, target in linked(text))
    for tag, attributes in tags(text):
        for name in ("href", "src"):
            target = attributes.get(name) or ""
            if tag in ("a", "img") and target:
                yield attributes.get("alt") or tag, target


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def tags(text):
    """(name, attributes) of every opening tag."""
    parser = _Tags()
    parser.feed(text)
    parser.close()
    return parser.found


def anchors(text, *, github):
    """What a link may name after "#": headings, in JupyterLab's spelling or GitHub's, and ids."""
    found = {attributes["id"] for _, attributes in tags(text) if attributes.get("id")}
    for _, words in headings(text):
        words = re.sub(r"[`*_]", "", LINK.sub(r"\2", words))
        plain = re.sub(r"[^\w\- ]", "", words.lower()) if github else words
        found.add(plain.replace(" ", "-"))
    return found


def broken_links(path, text):
    """Sentences about links of a page (Markdown) that lead nowhere."""
    for words, target in links(text):
        if re.match(r"https://|mailto:|data:|attachment:", target):
            continue
        if re.match(r"[a-z]+:", target):
            yield f"the link [{words}]({target}) should start with https:// or be relative"
            continue
        name, _, anchor = urllib.parse.unquote(target).partition("#")
        page = (path.parent / name).resolve() if name else path
        if not page.is_relative_to(ROOT) and page != path:
            yield f"the link [{words}]({target}) leads out of the course"
        elif name and not stands(page):
            yield f"the link [{words}]({target}) leads to a file that does not exist"
        elif anchor and anchor not in page_anchors(page, text if page == path else None):
            yield f"the link [{words}]({target}) names a heading that {page.name} does not have"


def stands(path):
    """True if a file or folder exists under exactly this name, as it must where case matters."""
    return path.exists() and (path == ROOT or path.name in {p.name for p in path.parent.iterdir()})


def page_anchors(path, text=None):
    """The anchors of a lesson or a Markdown page."""
    if path.suffix == ".ipynb" and text is None:
        text = "\n\n".join(cell.source for cell in read_lesson(path).text)
    elif path.suffix == ".md" and text is None:
        text = path.read_text(encoding="utf-8")
    return anchors(text or "", github=path.suffix == ".md")


def fold_troubles(text):
    """Sentences about <details> that would not fold, would not close or would not show Markdown."""
    text = FENCED.sub(lambda m: "\n" * m[0].count("\n"), text)
    text = INLINE.sub(" ", text)
    inside = ""
    lines = text.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if "<details" in line:
            summary = re.fullmatch(r"<details><summary>(.+)</summary>", line)
            if inside:
                yield f"a fold opens inside the fold {inside!r}, which is not closed"
            if not summary:
                yield (
                    f"write a fold's first line as <details><summary>…</summary>, not as {line!r}"
                )
            inside = summary[1] if summary else line
            if following.strip():
                yield f"leave a blank line after the summary {inside!r}, or its Markdown shows raw"
        elif "<summary" in line:
            yield f"the summary {line.strip()!r} stands outside of a fold's first line"
        if "</details>" in line:
            if line.strip() != "</details>":
                yield f"</details> needs a line of its own: {line.strip()!r}"
            if not inside:
                yield "a </details> closes nothing"
            if following.strip():
                yield f"leave a blank line after the </details> of {inside!r}"
            inside = ""
    if inside:
        yield f"the fold {inside!r} is not closed with </details>"


# Pictures ----------------------------------------------------------------------------------

GENERIC = re.compile(
    r"\W*(a |the )?(figure|image|picture|plot|chart|graph|diagram)s?\W*\d*\W*", re.I
)


def picture_troubles(text):
    """Sentences about pictures that someone who cannot see them would miss."""
    text = INLINE.sub(" ", FENCED.sub("\n", text))
    described = [words for mark, words, _ in linked(text) if mark]
    for tag, attributes in tags(text):
        if tag == "img":
            described.append(attributes.get("alt"))
        elif tag == "svg" and attributes.get("aria-hidden") != "true":
            if attributes.get("role") != "img":
                yield 'an <svg> has no role="img"'
            described.append(attributes.get("aria-label"))
        elif tag == "canvas":
            described.append(attributes.get("aria-label"))
    for words in described:
        if not (words or "").strip():
            yield "a picture has no alt text"
        elif GENERIC.fullmatch(words) or len(words.split()) < 4:
            yield f"the alt text {words!r} does not say what is to be seen"


# Words -------------------------------------------------------------------------------------

BANNED = {
    r"simply|easy|easily|easier|obvious(?:ly)?|clearly|trivial(?:ly)?|straightforward": "show it",
    r"just": "leave it out",
    r"note that|of course|as we can see|needless to say": "say it without the wind-up",
    r"let's dive|dive into|fascinating|powerful|amazing|awesome|magic(?:al)?": "say what it does",
}
AMERICAN = {
    r"colors?|colored|coloring|colorful": "colour",
    r"behaviors?|favorites?|neighbors?|labors?|honors?": "-our",
    r"gray": "grey",
    r"centers?|centered": "centre",
    r"labeled|labeling|modeling|modeled|canceled|traveled|signaled": "double l",
    r"defense|offense": "-ce",
    r"analyzes?|analyzed|analyzing|catalogs?": "analyse, catalogue",
    r"(?!(?:re|over|full)?siz|priz|seiz|citiz)\w{3,}iz(?:e|es|ed|ing|ers?|ations?)": "-ise",
}
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2728\u2b50\ufe0f]")


def word_troubles(text):
    """Sentences about words that are not in the course's voice, in text that is only prose."""
    for words, instead in BANNED.items():
        for found in re.findall(rf"\b(?:{words})\b", text, re.IGNORECASE):
            yield f"{found!r} is not in the course's voice: {instead}"
    for words, instead in AMERICAN.items():
        for found in re.findall(rf"\b(?:{words})\b", text, re.IGNORECASE):
            yield f"{found!r} is not British spelling ({instead})"
    for found in re.findall(r"\S*!(?=[\s\"')\]]|$)", text):
        yield f"no exclamation marks: {found!r}"
    for found in EMOJI.findall(text):
        yield f"no emoji: {found!r}"
