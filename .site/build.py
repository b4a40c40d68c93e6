"""Build the course's site from the notebooks as they are stored: python .site/build.py [FOLDER]

It is written to FOLDER/html, by default .site/_build/html; nothing is fetched, and no cell is run.
"""

import shutil
import sys
import time
from pathlib import Path

import sources
from sphinx.cmd.build import build_main

HERE = Path(__file__).resolve().parent


def main(folder=HERE / "_build"):
    start, folder = time.monotonic(), Path(folder).resolve()
    pages, site = folder / "sources" / "pages", folder / "html"
    shutil.rmtree(site, ignore_errors=True)
    sources.write(folder / "sources")
    options = ["-q", "-E", "-W", "--keep-going", "-c", HERE, "-d", folder / "doctrees"]
    options += ["-D", f"html_extra_path={folder / 'sources' / 'extra'}"]
    failed = build_main([str(word) for word in [*options, pages, site]])
    if not failed:
        print(f"{site / 'index.html'}, in {time.monotonic() - start:.0f} s")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
