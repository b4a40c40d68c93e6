"""The first process of a machine within the machine, in which the class lives.

It runs as root in mount and process namespaces of its own (`unshare --mount --pid`): the students'
accounts are known there and nowhere else, a small disk is one student's home, and folders that only
root may enter (a checkout under /root, say) let through to what the hub needs and show nothing
else. When its input ends, so does it, and with it every process of the class.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def open_way(needed, scratch):
    """Let everyone reach the folders in needed, by a bare copy of what closes the way."""
    closed = {}
    for path in needed:
        for folder in reversed(path.parents):
            if not folder.stat().st_mode & 0o001:
                closed.setdefault(folder, []).append(path)
                break
    for number, (folder, paths) in enumerate(closed.items()):
        kept = [scratch / f"{number}-{i}" for i in range(len(paths))]
        for place, path in zip(kept, paths, strict=True):
            place.mkdir(parents=True)
            mount("--bind", path, place)
        mount("-t", "tmpfs", "-o", "mode=755", "bare", folder)
        for place, path in zip(kept, paths, strict=True):
            path.mkdir(parents=True, exist_ok=True)
            mount("--bind", place, path)


def main(plan):
    open_way([Path(path) for path in plan["needed"]], Path(plan["scratch"]))
    for place, file in plan["files"].items():
        mount("--bind", file, place)
    for home, (size, account) in plan["disks"].items():
        owner = f"uid={account},gid={account}"
        config = Path(home, ".gitconfig").read_bytes()
        mount("-t", "tmpfs", "-o", f"size={size},mode=700,{owner}", "own", home)
        Path(home, ".gitconfig").write_bytes(config)
    threading.Thread(target=end_with_input, daemon=True).start()
    print("ready", flush=True)
    while True:  # the first process inherits those whose parents have ended
        try:
            os.wait()
        except ChildProcessError:
            threading.Event().wait(0.2)


def end_with_input():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    os.umask(0o022)
    main(json.loads(sys.argv[1]))
