"""Run lessons and store what their cells show.

    python tests/refresh.py                              every lesson
    python tests/refresh.py notebooks/07_train_it.ipynb  this one
    python tests/refresh.py --check                      store nothing, say which are out of date

What is stored is the same on every run and on every supported Python: one stream for each kind
of print, no times, no widget models, of the metadata only tags and cell ids. Pictures have a palette
and so a third of the bytes. What answers a "Predict first" is folded. A lesson whose cells raise an
error or write to stderr is not stored. It runs in a copy of the course without anyone's my_rnn.py.
On another processor trained networks come out a little different: pictures of them, which nbval
does not compare, are then called out of date too.
"""

import argparse
import base64
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image, ImageChops, ImageStat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
SANITIZE = ROOT / "tests" / "sanitize.cfg"
TIMEOUT = 300  # seconds a cell may take
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PICTURE = re.compile(r"(?<=data:image/png;base64,)[A-Za-z0-9+/=]+")
PROMPT = "**Predict first.**"
FOLDED = "hide-output"  # for a site; JupyterLab folds by {"jupyter": {"outputs_hidden": true}}
VEIL = " \n"  # JupyterLab shows the first line of what is folded, so that is left empty


class CannotStore(Exception):
    """A lesson's outputs are not fit to be stored; the message says why and what to do."""


def lessons():
    """Return the notebooks in order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def read(path):
    """Return a notebook and its text as it is stored now."""
    try:
        text = path.read_bytes().decode("utf-8")
        cells = json.loads(text)["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotStore(f"This is not a notebook that can be read ({error}).") from None
    ids = [cell.get("id") for cell in cells]
    if None in ids:
        raise CannotStore(f"Cell {ids.index(None) + 1} has no id: give it a short name in words.")
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise CannotStore(f"Two cells have the same id: {', '.join(twice)}.")
    return nbformat.reads(text, as_version=4), text


def run(notebook, folder):
    """Execute a notebook in place, inside a fresh copy of the course made in `folder`."""
    here = Path(folder) / "course"
    no_copy = shutil.ignore_patterns("my_rnn*", "__pycache__", ".*")
    shutil.copytree(NOTEBOOKS, here / "notebooks", ignore=no_copy)
    for path in ROOT.glob("rnn_*.py"):
        shutil.copy(path, here)
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "COURSE_MY_RNN")}
    environment |= {"IPYTHONDIR": str(Path(folder) / "ipython")}
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(here / "notebooks")}},
    )
    try:
        client.execute(env=environment, stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        cell = next(c for c in reversed(notebook.cells) if c.get("execution_count"))
        trace = re.sub(r"\x1b\[[\d;]*m", "", cell.outputs[-1].get("traceback", [""])[-2:][0])
        raise CannotStore(
            f"Cell {cell.id!r} stops with {error.ename}: {error.evalue}\n{trace}"
        ) from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise CannotStore(str(error)) from None


def normalise(notebook):
    """Change an executed notebook to the form that is stored."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    number, folded = 0, answers(notebook.cells)
    for cell in notebook.cells:
        tags = [tag for tag in tags_of(cell) if tag != FOLDED]
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.id in folded:
            cell.metadata.jupyter = {"outputs_hidden": True}
            cell.metadata.tags = [*tags, FOLDED]
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
            cell.outputs = [output for output in merged(cell.outputs) if keep(output, number)]
        if cell.id in folded:
            veil(cell.outputs[0])


def answers(cells):
    """Return the ids of the cells whose outputs answer a "Predict first" above them.

    They are the first below it that show something, up to the next text or the next cell that
    shows nothing. What a check says of an exercise is never one: it must be seen.
    """
    found, asked, begun = set(), False, False
    for cell in cells:
        if cell.cell_type == "markdown":
            asked, begun = (asked and not begun) or PROMPT in cell.source, False
        elif asked and "exercise" not in tags_of(cell):
            if cell.outputs:
                found.add(cell.id)
                begun = True
            elif begun:
                asked = begun = False
    return found


def veil(output):
    """Begin the texts of a folded output with an empty line."""
    texts = output if "text" in output else output.get("data", {})
    for kind, text in texts.items():
        if kind.startswith("text") and not text.startswith(VEIL):
            texts[kind] = VEIL + text


def merged(outputs):
    """Put what is printed into one output for stdout and one for stderr."""
    result, streams = [], {}
    for output in outputs:
        if output.output_type != "stream":
            result.append(output)
        elif output.name in streams:
            streams[output.name].text += output.text
        else:
            streams[output.name] = output
            result.append(output)
    for output in streams.values():  # a line that was written over and over ends as it was last
        output.text = re.sub(r"^.*\r(?=[^\n])", "", output.text, flags=re.MULTILINE)
    return result


def keep(output, number):
    """Bring one output into its stored form; False if nothing is left of it."""
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]
    if "data" in output:
        output.metadata = nbformat.from_dict({})
        output.data.pop(WIDGET_VIEW, None)
        for kind, value in output.data.items():
            if kind.startswith("image/") and isinstance(value, str):
                output.data[kind] = value.strip()
            if kind == "text/html":
                output.data[kind] = PICTURE.sub(in_few_colours, value)
    if output.output_type == "execute_result":
        output.execution_count = number
    return output.get("data") != {}


def in_few_colours(found):
    """Return the same picture with a palette, as good to the eye: of 48 colours, or 256 for a heat map.

    Pillow first picks colours that leave none far away, then moves each to the mean of its pixels,
    so that what is large (a background, a heat map's fields) keeps its tint.
    """
    picture = Image.open(io.BytesIO(base64.b64decode(found[0]))).convert("RGB")
    for colours in (48, 256):
        few = picture.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=1)
        off = ImageStat.Stat(ImageChops.difference(picture, few.convert("RGB"))).mean
        if max(off) < 0.75:  # of 255, in one of red, green and blue
            break
    file = io.BytesIO()
    few.save(file, "png", optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii")


def refuse(notebook, *folders):
    """Raise CannotStore if an output is one that no lesson should show."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            where = f"Cell {cell.id!r}"
            if output.output_type == "error" and "raises-exception" not in tags_of(cell):
                raise CannotStore(f"{where} stops with {output.ename}: {output.evalue}")
            if output.get("name") == "stderr":
                raise CannotStore(f"{where} writes to stderr:\n{output.text.strip()}")
            text = json.dumps(output, ensure_ascii=False)
            for folder in filter(lambda path: path.name, map(Path, folders)):  # not the root, "/"
                if str(folder) in text or json.dumps(str(folder))[1:-1] in text:
                    raise CannotStore(f"{where} shows a folder of this machine: {folder}")


def tags_of(cell):
    """Return the tags of a cell."""
    return cell.metadata.get("tags", ())


def comparable(outputs, pictures):
    """Return outputs as text to compare, with what tests/sanitize.cfg says replaced.

    nbval compares no pictures; with pictures=True a new drawing is a difference.
    """
    rules = re.findall(
        r"^regex: (.*)\nreplace: (.*)$", SANITIZE.read_text(encoding="utf-8"), re.MULTILINE
    )
    text = json.dumps(outputs, sort_keys=True, ensure_ascii=False).replace('" \\n', '"')
    for regex, new in rules:
        if not (pictures and "base64" in regex):
            text = re.sub(regex, new, text)
    return text


def keep_what_may_vary(notebook, stored):
    """Put stored outputs back where the new ones differ only in what is not compared.

    These are cells with the tag nbval-ignore-output, and what tests/sanitize.cfg replaces;
    pictures are the exception: a new drawing is stored.
    """
    before = {cell.id: cell for cell in stored.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        old = before.get(cell.id)
        if old is None or cell.cell_type != "code" or not old.outputs:
            continue
        ignored = "nbval-ignore-output" in tags_of(cell) and old.source == cell.source
        if ignored or comparable(old.outputs, True) == comparable(cell.outputs, True):
            cell.outputs = old.outputs


def refreshed(path):
    """Return the text of a notebook as it is, and as it would be stored after a run."""
    notebook, before = read(path)
    with tempfile.TemporaryDirectory(prefix="lesson_", ignore_cleanup_errors=True) as folder:
        run(notebook, folder)
        normalise(notebook)
        refuse(notebook, folder, os.path.realpath(folder), ROOT, Path.home(), sys.prefix)
    stored = nbformat.reads(before, as_version=4)
    settled = nbformat.from_dict(notebook)
    keep_what_may_vary(settled, stored)
    text = nbformat.writes(settled) + "\n"
    if text != before:  # something else has changed: then everything is as of this run
        text = nbformat.writes(notebook) + "\n"
    nbformat.validate(nbformat.reads(text, as_version=4))
    return before, text


def changed_cells(before, after):
    """Return the ids of the cells that differ between two texts of a notebook."""
    old = {cell["id"]: cell for cell in json.loads(before)["cells"]}
    return [c["id"] for c in json.loads(after)["cells"] if old.get(c["id"]) != c]


def write(path, text):
    """Write a file beside its place, then move it there in one step."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}_", suffix=".tmp", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        shutil.copymode(path, name)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every lesson")
    parser.add_argument("--check", action="store_true", help="store nothing; 1 if out of date")
    options = parser.parse_args(arguments)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # the kernel of this very Python
    status = 0
    for path in options.notebooks or lessons():
        start = time.perf_counter()
        try:
            before, after = refreshed(path)
        except CannotStore as reason:
            print(f"{path.name}: not stored. {reason}", flush=True)
            status = 1
            continue
        seconds = time.perf_counter() - start
        cells = ", ".join(changed_cells(before, after)) or "form only"
        if before == after:
            said = "up to date"
        elif options.check:
            said, status = f"out of date ({cells})", 1
        else:
            write(path, after)
            said = f"stored ({cells})"
        print(f"{path.name}: {said}, {seconds:.1f} s", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
