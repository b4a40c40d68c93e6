"""What Sphinx reads: a copy of the course's pages, made ready for the site. Nothing is run.

Pictures leave the pages and become files of their own, each widget becomes what can be read of it,
and each lesson says how to make it live.
"""

import base64
import hashlib
import html
import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]

import widgets_in_print  # noqa: E402  it needs the course

PAGES = ["README.md", "CHANGES.md", "CONTRIBUTING.md", "binder/hub/README.md"]
PAGES += ["tests/benchmarks/results.md"]
LISTINGS = {  # files that pages link to: what they are called, and how they are coloured
    "rnn_core.py": ("rnn_core.py, the finished network", "python"),
    "rnn_extras.py": ("rnn_extras.py, what makes it comfortable", "python"),
    "LICENSE": ("Licences", "text"),
    "binder/hub/values.yaml": ("values.yaml", "yaml"),
    "binder/hub/jupyterhub_config.py": ("jupyterhub_config.py", "python"),
}
PICTURE = re.compile(
    r'<img alt="([^"]*)" style="width: (\d+)px;[^"]*" src="data:image/png;base64,([^"]+)">'
)
PREDICTION = re.compile(r"^\*\*Predict first\.\*\*.*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def places():
    """Where this copy of the course can be started: name -> address with {path} of the page.

    GitHub's workflow says what the repository is called; anywhere else there is no such place.
    """
    name = os.environ.get("GITHUB_REPOSITORY")
    if not name:
        return {}
    ref = os.environ.get("GITHUB_REF_NAME") or "HEAD"
    return {
        "Binder": f"https://mybinder.org/v2/gh/{name}/{ref}?urlpath=lab/tree/{{path}}",
        "Codespaces": f"https://codespaces.new/{name}?quickstart=1",
    }


def live_line(path, to_root="../"):
    """One sentence (HTML): how to make a page of the site live. path: of the notebook."""
    links = [
        f'<a href="{html.escape(address.format(path=path))}">{name}</a>'
        for name, address in places().items()
    ]
    links.append(f'<a href="{to_root}README.html">on your own computer</a>')
    return f"Run it and change it: {' · '.join(links)}."


def to_file(data, folder):
    """Store a PNG's pixels as they are, in less room; return the file's name and its size."""
    picture = Image.open(io.BytesIO(data))
    name = hashlib.sha256(data).hexdigest()[:16] + ".webp"
    if not (folder / name).exists():
        picture.save(folder / name, lossless=True, quality=50, method=2)
    return name, picture.size


def without_data(shown, folder):
    """HTML with its pictures in files, and with links to the site's pages in place of notebooks."""

    def in_a_file(found):
        alt, width, data = found.groups()
        name, (across, down) = to_file(base64.b64decode(data), folder)
        tall = round(int(width) * down / across)
        return f'<img alt="{alt}" src="pictures/{name}" width="{width}" height="{tall}">'

    return re.sub(r'href="([\w.-]+)\.ipynb', r'href="\1.html', PICTURE.sub(in_a_file, shown))


def for_the_site(notebook, path, folder):
    """Make a notebook (as JSON) ready, in place. path: where it stands in the course."""
    first = notebook["cells"][0]
    title, _, rest = "".join(first["source"]).partition("\n")
    first["source"] = f'{title}\n\n<p class="live">{live_line(path)}</p>\n{rest}'
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            room = PREDICTION.sub(r'\g<0>\n\n<div class="room-to-write"></div>', source)
            cell["source"] = linked(room, Path(path))
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "".join(data.get("text/plain", "")).startswith("Run this cell to "):
                promise = "".join(data["text/plain"])
                still = widgets_in_print.shown(source, promise, live_line(path), notebook)
                data["text/html"] = without_data(still, folder)
            elif "text/html" in data:
                data["text/html"] = without_data("".join(data["text/html"]), folder)


def write(target):
    """Write all sources below a folder, which is emptied first."""
    shutil.rmtree(target, ignore_errors=True)
    pictures = target / "extra" / "notebooks" / "pictures"
    pictures.mkdir(parents=True)
    pages = target / "pages"
    notebooks = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
    for path in notebooks:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for_the_site(notebook, path.relative_to(ROOT).as_posix(), pictures)
        put(pages / "notebooks" / path.name, json.dumps(notebook))
    lessons = [path for path in notebooks if path.name[0].isdigit()]
    guides = sorted((ROOT / "notebooks").glob("*.md"))
    for path in [*guides, *(ROOT / name for name in PAGES)]:
        name = path.relative_to(ROOT)
        put(pages / name, linked(path.read_text(encoding="utf-8"), name))
    for name, (title, language) in LISTINGS.items():
        code = (ROOT / name).read_text(encoding="utf-8")
        put(pages / f"{name}.md", f"# {title}\n\n`````{language}\n{code}`````\n")
    for images in (pages / "notebooks" / "images", pictures.parent / "images"):
        shutil.copytree(ROOT / "notebooks" / "images", images)  # for pages, and for outputs
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [f"notebooks/{path.name}" for path in [*notebooks, *guides] if path not in lessons]
    beside = ["Install and start <README.md>", "rnn_core.py.md", *names, *PAGES[1:]]
    beside += [f"{name}.md" for name in LISTINGS if name != "rnn_core.py"]
    front = (HERE / "index.md").read_text(encoding="utf-8")
    for mark, words in {
        "LIVE": live_line(f"notebooks/{lessons[0].name}", ""),
        "LESSONS": re.search(r"^\| lesson .*?\n(?=\n)", readme, re.MULTILINE | re.DOTALL)[0],
        "(lessons)": "\n".join(f"notebooks/{path.name}" for path in lessons),
        "(beside)": "\n".join(beside),
    }.items():
        front = front.replace(mark, words)
    put(pages / "index.md", front)


def linked(text, name):
    """A page's text whose links lead to listings of files, and to headings as they are called here.

    Jupyter calls the heading "Two ways" #Two-ways, everyone else #two-ways.
    """
    for listing in LISTINGS:
        relative = os.path.relpath(listing, name.parent).replace(os.sep, "/")
        text = text.replace(f"]({relative})", f"]({relative}.md)")
    return re.sub(r"(\]\([^)\s#]*#)([^)\s]+)", lambda link: link[1] + link[2].lower(), text)


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
