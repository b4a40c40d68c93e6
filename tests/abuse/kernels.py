"""A lesson's kernel, cell by cell, in a copy of the course."""

import os
import shutil
import subprocess

import nbformat
from nbclient import NotebookClient

import refresh


def copy_of_the_course(folder):
    """Copy the course into a folder that the cells may write into; return the folder."""
    no_copy = shutil.ignore_patterns("my_rnn*", "__pycache__", ".*")
    shutil.copytree(refresh.NOTEBOOKS, folder / "notebooks", ignore=no_copy)
    for path in refresh.ROOT.glob("rnn_*.py"):
        shutil.copy(path, folder)
    return folder


class Kernel:
    """A fresh kernel in a copy of the course, which runs a lesson's cells one at a time."""

    def __init__(self, path, home):
        self.notebook, self.stored = (nbformat.read(path, as_version=4) for _ in range(2))
        self.cells = [i for i, cell in enumerate(self.notebook.cells) if cell.cell_type == "code"]
        self.client = NotebookClient(
            self.notebook,
            timeout=300,
            kernel_name="python3",
            allow_errors=True,
            record_timing=False,
            resources={"metadata": {"path": str(home / "notebooks")}},
        )
        self.environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
            "COURSE_MY_RNN": str(home / "my_rnn.py"),
            "IPYTHONDIR": str(home / "ipython"),
            "JPY_SESSION_NAME": str(path),
        }

    def __enter__(self):
        self.running = self.client.setup_kernel(env=self.environment, stderr=subprocess.DEVNULL)
        self.running.__enter__()
        return self

    def __exit__(self, *error):
        return self.running.__exit__(*error)

    def run(self, index):
        """Run a cell; return its outputs."""
        cell = self.notebook.cells[index]
        self.client.execute_cell(cell, index)
        return cell.outputs

    def ask(self, expression):
        """Evaluate an expression in the kernel; return its repr as printed."""
        cell = nbformat.v4.new_code_cell(f"print({expression})")
        self.notebook.cells.append(cell)
        self.client.execute_cell(cell, len(self.notebook.cells) - 1, store_history=False)
        self.notebook.cells.pop()
        return cell.outputs[0].text.strip()
