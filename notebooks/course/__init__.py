"""What the lessons lean on, so that their cells stay about the network."""

import os

from . import tracker

# NumPy's matrix products start a thread for each core. At the sizes of this course that gains
# little, and where a class shares a machine the threads wait for each other: an update that takes
# 10 ms alone was seen to take 200. It has to be said before NumPy is first imported; whoever
# wants more threads sets the variable before starting Jupyter.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_variable, "1")

tracker.watch()  # says so when a lesson's cells are run out of turn
