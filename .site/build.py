"""Build the course's site from the notebooks as they are stored: python .site/build.py

It is written to .site/_build/html; nothing is fetched, and no cell is run.
"""

import shutil
import sys
import time
from pathlib import Path

from sphinx.cmd.build import build_main

HERE = Path(__file__).resolve().parent


def main():
    import sources

    start, build = time.monotonic(), HERE / "_build"
    shutil.rmtree(build / "html", ignore_errors=True)
    sources.write(build / "sources")
    options = [
        "-q",
        "-E",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-c",
        str(HERE),
        "-d",
        str(build / "doctrees"),
    ]
    failed = build_main([*options, str(build / "sources" / "pages"), str(build / "html")])
    if not failed:
        print(f"{build / 'html' / 'index.html'}, in {time.monotonic() - start:.0f} s")
    return failed


if __name__ == "__main__":
    sys.exit(main())
