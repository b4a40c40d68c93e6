"""Grade what a class hands in: a row for each student and exercise, and a total.

    python -m course.grade SUBMISSIONS [--csv FILE]          (in the folder notebooks/)

SUBMISSIONS is a folder with a file for each student (anna.py, ben.ipynb) or a folder for each
student with files in it: my_rnn.py, or the notebooks with the exercises solved. Where a student
has an exercise more than once, in a file or in several, the first version that passes counts; what
stands in the exercise's own cell is tried first.

How a verdict comes about
    Every exercise of every submission runs in a process of its own, in an empty folder that is
    removed afterwards. That process gets the student's text and, call by call, the inputs. The
    grader compares what comes back with the reference, in another process: the same check as in
    the lessons, so the same mistakes are recognised. No answer is where the student's code could
    read it, and nothing that it says about itself counts. The course's own functions can be
    borrowed for what comes before an exercise, never for the exercise itself: a submission that
    hands rnn_core's answer back is told from one that does the work.

What it keeps within bounds
    Time by the clock, and on Linux and macOS processor time and the size of files, by the system;
    memory by the system too (Linux only: macOS does not enforce it), also that of the process which
    reads and compares; calls without end that a Python does not stop itself end there. Starting
    processes, the network, databases, signals to other processes, and changes to files outside of
    the folder are refused, and so is reading the course or other submissions. PyTorch is refused
    with them, because it calls the system's own functions. At the end the process is killed.
    Windows has the clock and the refusals, but no limit on memory, processor time or files.

What it does not protect against
    The refusals are made inside of Python. They stop accidents and simple tricks; someone who sets
    out to break them, on an account that can read and write your files, can. There is no sandbox of
    the system's around it, and no limit on how much disk many files fill together. Where that
    matters, run the same command in a container or a virtual machine without a network, with the
    submissions mounted read-only; the containers that nbgrader and Otter-Grader grade in serve as
    well. It does not see whether a student's text was copied from somewhere: the solutions stand in
    the lessons, the inputs are the same each time, and a library's own softmax is right, too. For
    marks that count, talk to the student about the code.
"""

import sys
from pathlib import Path

# The course is not installed: rnn_core.py lies beside the folder of the lessons.
sys.path.append(str(Path(__file__).resolve().parents[3]))

from .grading import Row
from .remote import Limits
from .workers import grade

__all__ = ["Limits", "Row", "grade"]
