"""Read exercises and their folded solutions out of the lessons."""

import ast
import html
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
FOLD = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """One exercise as it stands in a lesson."""

    name: str
    notebook: str
    cell: str  # source of the exercise cell, unsolved
    tags: tuple[str, ...]
    summaries: tuple[str, ...]
    solution: str
    imports: str  # what the lesson has imported up to and in this cell

    @property
    def solved(self):
        """The exercise cell with the solution in place of the stub."""
        (stub,) = [node for node in ast.parse(self.cell).body if isinstance(node, ast.FunctionDef)]
        lines = self.cell.split("\n")
        lines[stub.lineno - 1 : stub.end_lineno] = self.solution.rstrip().split("\n")
        return "\n".join(lines)


def _imports(source):
    """The import statements at the top of a cell's code, if it is plain Python."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return []
    return [ast.unparse(node) for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]


def lessons():
    """Return the notebooks in order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def written_in(path):
    """Return the exercises of one notebook, in order."""
    cells = nbformat.read(path, as_version=4).cells
    found, imports = [], []
    for i, cell in enumerate(cells):
        imports += _imports(cell["source"]) if cell["cell_type"] == "code" else []
        if not cell["id"].startswith("exercise-"):
            continue
        following = cells[i + 1] if i + 1 < len(cells) else {"id": "", "source": ""}
        name = cell["id"].removeprefix("exercise-")
        folds = FOLD.findall(following["source"]) if following["id"] == f"hints-{name}" else []
        code = FENCE.findall(folds[-1][1]) if folds else []
        found.append(
            Written(
                name,
                path.name,
                cell["source"],
                tuple(cell.metadata.get("tags", ())),
                tuple(html.unescape(summary).strip() for summary, _ in folds),
                code[0] if len(code) == 1 else "",
                "\n".join(imports),
            )
        )
    return found


def all_written():
    """Return the exercises of all lessons."""
    return [exercise for path in lessons() for exercise in written_in(path)]
