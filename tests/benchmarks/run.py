"""Race `rnn_core`, fast and plain, against the by-the-book version, PyTorch, JAX and C, side by side.

    python tests/benchmarks/run.py            everything, about 10 minutes
    python tests/benchmarks/run.py --quick    the small sizes, under a minute
    python tests/benchmarks/run.py --report   draw table and charts again from results.json

PyTorch and JAX come with `pip install -r tests/benchmarks/requirements.txt`, C with gcc; what is
not there is left out with a line that says so. Close other programs first: every figure is a
median over interleaved rounds, but a busy machine still blurs it. Writes results.json and
results.md beside this file, and race.png and learning.png to the pictures of the lessons; or all
into the folder given by --output.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "notebooks")]
# What the larger networks of curves.py must be below, and after how many seconds.
MARKS = (
    ("256 units, for 30 s", "3-gram", 30),
    ("256 units, for 2 minutes", "4-gram", 120),
)
NAMES = ("ours", "plain", "by the book", "torch", "jax", "jax tuned", "C")


def environment(threads):
    """Return the environment in which every library uses so many threads."""
    found = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path[:3]), NPROC=str(threads))
    libraries = ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")
    found.update({f"{library}_NUM_THREADS": str(threads) for library in libraries})
    if threads == 1:
        found["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return found


def answers(script, *arguments, threads=1):
    """Run a script of this folder; yield the objects that it prints, as they come."""
    command = [sys.executable, str(HERE / script), *arguments]
    with subprocess.Popen(
        command, env=environment(threads), stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        for line in process.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    if process.returncode:
        raise SystemExit(f"{script} stopped with code {process.returncode}.")


def machine():
    """Return what the figures depend on."""
    versions = {}
    for package in ("numpy", "torch", "jax"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **versions,
        "date": time.strftime("%Y-%m-%d"),
    }


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def race(threads, quick, skipped):
    """Return the updates of the grid for one number of threads, saying each as it comes."""
    results = []
    for answer in answers("race.py", *["--quick"] * quick, threads=threads):
        if "skipped" in answer:
            if answer["skipped"] not in skipped:
                skipped.append(answer["skipped"])
                print(f"skipped: {answer['skipped']}", flush=True)
            continue
        cell = answer["updates"]
        results.append(cell)
        size = f"H={cell['H']}, T={cell['T']}, batch {cell['batch'] or 'none'}, {cell['dtype']}"
        others = ", ".join(
            f"{name} x {cell['ratio'][name]:.2f}" for name in NAMES[1:] if name in cell["ratio"]
        )
        thread = "1 thread" if threads == 1 else f"{threads} threads"
        print(f"{size}, {thread}: ours {cell['ms']['ours']['median']:.3f} ms; {others}", flush=True)
    return results


def memories(quick, skipped):
    """Return the memory of each competitor, each alone in a process."""
    rows = []
    names = [name for name in NAMES if not any(line.startswith(name) for line in skipped)]
    for name in names:
        for size in (("64", "0", "float64"), ("512", "32", "float32"))[: 1 if quick else 2]:
            (answer,) = answers("extras.py", name, *size)
            if answer["memory"] and answer["memory"]["first"]:
                rows.append(
                    {
                        "name": name,
                        "H": int(size[0]),
                        "batch": int(size[1]) or None,
                        "dtype": size[2],
                        **answer["memory"],
                    }
                )
    return rows


def promises(results):
    """Yield what the course promises of its speed, each with whether these results bear it out."""
    for cell in results["updates"]:
        ratio = cell["ratio"]
        what = f"H={cell['H']}, T={cell['T']}, batch {cell['batch'] or 'none'}, {cell['dtype']}"
        if cell["threads"] == 1 and (cell["H"], cell["batch"]) == (64, None):
            for name, least in (
                ("plain", 1 / 1.05),
                ("by the book", 3.5),
                ("torch", 5),
                ("jax", 1.2),
                ("C", 1 / 4.5),
            ):
                if name in ratio:
                    says = f"{what}: the time of {name} is at least {least:.2g} times ours"
                    yield f"{says} ({ratio[name]:.2f})", ratio[name] >= least
        elif "torch" in ratio:
            says = f"{what}, {cell['threads']} thread(s): torch is no faster"
            yield f"{says} ({ratio['torch']:.2f})", ratio["torch"] >= 1
    for row in results["sampling"]:
        says = f"sampling in {row['dtype']} is 3 times as fast as by the book"
        yield f"{says} ({row['ratio']:.2f})", row["ratio"] >= 3
    seconds = results["encoding"]["seconds"]
    yield f"10 MB are encoded in under a second ({seconds:.2f})", seconds < 1
    learning = results["learning"]
    for name, rung, within in () if results["quick"] else MARKS:
        losses = [
            loss
            for seconds, _, loss in learning["series"].get(name, ())
            if seconds <= 1.02 * within
        ]
        if losses:
            says = f"{name}: below the {rung} model within {within} s"
            mark = learning["ladder"][rung]
            yield f"{says} ({losses[-1]:.2f}, the mark is {mark:.2f})", losses[-1] < mark
    for row in results["memory"]:
        if row["name"] == "ours":
            grown = row["later"] - row["first"]
            yield f"memory does not grow with updates, H={row['H']} ({grown:.1f} MB)", grown < 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the small sizes, fewer rounds")
    parser.add_argument("--report", action="store_true", help="from results.json, without racing")
    parser.add_argument("--output", type=pathlib.Path, help="the folder to write to")
    arguments = parser.parse_args()
    folder = arguments.output or HERE
    pictures = arguments.output or ROOT / "notebooks" / "images"
    path = folder / "results.json"
    if arguments.report:
        results = json.loads(path.read_text(encoding="utf-8"))
    else:
        if getattr(os, "getloadavg", lambda: (0,))()[0] > 0.5:
            print("Other programs are busy here: the figures will be blurred.", flush=True)
        start, skipped, quick = time.perf_counter(), [], arguments.quick
        results = {"quick": quick, "machine": machine(), "updates": []}
        for threads in (1, 2):
            results["updates"] += race(threads, quick, skipped)
        (extras,) = answers("extras.py", *["--quick"] * quick)
        results |= extras
        results["memory"] = memories(quick, skipped)
        (results["learning"],) = answers("curves.py", *["--quick"] * quick)
        results["skipped"], results["seconds"] = skipped, time.perf_counter() - start
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    import report

    report.write(results, folder, pictures)
    for promise, kept in promises(results):
        print("holds:" if kept else "DOES NOT HOLD:", promise)
    print(f"results.json and results.md are in {folder}, race.png and learning.png in {pictures}")


if __name__ == "__main__":
    main()
