"""Sum up what the stages of .ci/run found; the last line is `N passed, N failed, N skipped`."""

import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

RUN_ALL_LIMIT = 30  # seconds a lesson may take from top to bottom, in the quickest of its runs,
USUAL = 0.2  # on a machine that takes so many seconds for ten million turns of an empty loop


def turns():
    """Seconds of processor time for ten million turns of an empty loop, the best of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        for _ in range(10_000_000):
            pass
        times.append(time.process_time() - start)
    return min(times)


def counts_of(path):
    """Passed, failed and skipped tests of a JUnit file, and the seconds of each notebook."""
    counts, seconds = Counter(), Counter()
    for case in ET.parse(path).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            counts["failed"] += 1
        else:
            counts["skipped" if "skipped" in kinds else "passed"] += 1
        name = f"{case.get('classname', '')}.{case.get('name', '')}"
        lesson = name.partition(".ipynb")[0].rpartition(".")[2]
        if ".ipynb" in name and lesson[:2].isdigit():  # its cells, not a test of it
            seconds[lesson] += float(case.get("time", 0))
    return counts, seconds


def main(folder):
    total, quickest = Counter(), {}
    for line in (folder / "stages").read_text(encoding="utf-8").splitlines():
        name, status, duration, title = line.split("\t")
        if status == "skipped":
            total["skipped"] += 1
            print(title)  # with the reason
            continue
        found = folder / f"{name}.xml"
        counts, seconds = counts_of(found) if found.exists() else (Counter(), {})
        if status == "0" and counts["failed"]:
            print(f"{counts['failed']} of the next passed only when tried again")
            counts["passed"] += counts.pop("failed")
        if status != "0" and not counts["failed"]:
            counts["failed"] += 1  # it ended before its tests could say so
        elif not found.exists():
            counts["passed"] += 1
        total += counts
        words = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
        print(f"{title}: {words}; {int(duration) // 60}:{int(duration) % 60:02} minutes")
        for lesson, took in seconds.items():  # a busy machine slows some runs down, not all
            quickest[lesson] = min(took, quickest.get(lesson, took))
    limit = RUN_ALL_LIMIT * max(1, turns() / USUAL)  # some machines, on some days, are slower
    slow = sorted(lesson for lesson, took in quickest.items() if took > limit)
    if quickest:
        total["passed"] += 1
        each = ", ".join(f"{lesson[:2]} {took:.0f} s" for lesson, took in sorted(quickest.items()))
        print(f"Run All of each lesson, at its quickest: {each}")
    if slow:
        total["passed"] -= 1
        total["failed"] += 1
        print(f"Run All takes more than {limit:.0f} seconds: {', '.join(slow)}")
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
