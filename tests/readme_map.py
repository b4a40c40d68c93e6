"""The map of the repository in README, a line a file, made from what each file says of itself.

python tests/readme_map.py      writes it anew
"""

import ast
import re

from reading import ROOT, files_of_the_course

BEGIN, END = "<!-- the map: python tests/readme_map.py -->\n```\n", "```\n<!-- end of the map -->"
OTHERS = {  # what cannot say it itself
    "README.md": "start, lessons, for teachers, and this map",
    "CONTRIBUTING.md": "recipes: mend a hint, add an exercise, a figure, a widget, a lesson",
    "CHANGES.md": "what changed for learners and teachers, newest first",
    "CITATION.cff": "how to cite the course",
    "LICENSE": "BSD 3-Clause for the code, CC BY 4.0 for words and pictures",
    "requirements.txt": "what a learner installs, pinned",
    "pyproject.toml": "settings of pytest and ruff",
    "binder": "what Binder and a JupyterHub add to their images, and the hub's files",
    "findings": "what surprised us in other software, each as a script that shows it",
    "notebooks/TEACHING.md": "the teacher's guide",
    "notebooks/words.ipynb": "symbols and words, to keep open beside a lesson",
    "notebooks/NBGRADER.md": "the exercises in nbgrader and Otter-Grader",
    "notebooks/images": "README's pictures, made by tests/browser/screenshots.py",
    "tests/abuse": "hostile submissions, damaged files, cells in any order",
    "tests/alternatives": "further right answers to each exercise, a module for each lesson",
    "tests/benchmarks": "the race with PyTorch, JAX and C, and the learning curves",
    "tests/browser": "lessons and widgets in Chromium",
    "tests/claims": "what the lessons claim, each with an experiment that may refute it",
    "tests/classroom": "a class of twelve on a JupyterHub",
    "tests/mutants": "small changes to right answers, which every check must refuse",
    "tests/rehearsal": "Binder, nbgrader and a room without a network, rehearsed",
    "tests/requirements.txt": "the developers' tools",
    "tests/site": "the site, built without a network and read in Chromium",
    "tests/widgets": "each widget without a browser",
    "notebooks/course/widgets/questions": "the quizzes, a module for each lesson",
    "tests/sanitize.cfg": "what nbval levels before it compares",
}
SHOWN = (".py", ".ipynb", ".md", ".txt", ".toml", ".cfg", ".cff", "LICENSE")


def sentence(path):
    """The first sentence of a module's docstring, or the title of a lesson."""
    name = path.relative_to(ROOT).as_posix()
    if name in OTHERS:
        return OTHERS[name]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return re.search(r'"# \d+ · (.*?)(\\n)?"', text)[1]
    if path.suffix != ".py":
        return ""
    if path.name == "__main__.py":
        return "run by python -m"
    paragraph = " ".join((ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[a-z)`])\.(?: |$)", paragraph)[0]


def tree():
    """The map: a line a file, indented by folder, with what it is for."""
    lines, seen = [], set()
    names = [path.relative_to(ROOT).as_posix() for path in files_of_the_course()]
    shown = [name for name in names if name.endswith(SHOWN) and not name.startswith(".")]
    for name in sorted(shown, key=lambda name: (name.count("/") > 0, name)):
        *folders, last = name.split("/")
        known = next(
            (k for i in range(len(folders)) if (k := "/".join(folders[: i + 1])) in OTHERS), None
        )
        for depth in range(len(folders)):
            folder = "/".join(folders[: depth + 1])
            if folder not in seen:
                seen.add(folder)
                package = ROOT / folder / "__init__.py"
                what = OTHERS.get(folder) or (sentence(package) if package.exists() else "")
                lines.append((depth, folders[depth] + "/", what))
        if not known and last != "__init__.py":
            lines.append((len(folders), last, sentence(ROOT / name)))
    return "".join(f"{'  ' * d + name:36} {what}".rstrip() + "\n" for d, name, what in lines)


def main():
    page = ROOT / "README.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + BEGIN + tree() + END + after, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
