"""Limits and refusals for the process that runs a student's function.

The limits are the system's and hold whatever the code does. The refusals are Python's (an audit
hook): they stop what happens by accident or in passing, not someone who sets out to get round
them.
"""

import os
import signal  # noqa: F401  what it has to hide is hidden in it
import sys

FILES = 200  # opened for writing, in all
REFUSED = (  # events of sys.audit, by how they begin; see docs.python.org/library/audit_events.html
    ("os.fork", "start a process"),
    ("os.exec", "start a process"),
    ("os.posix_spawn", "start a process"),
    ("os.spawn", "start a process"),
    ("os.startfile", "start a process"),
    ("os.system", "start a process"),
    ("pty.spawn", "start a process"),
    ("subprocess.Popen", "start a process"),
    ("os.kill", "send a signal to a process"),
    ("signal.pthread_kill", "send a signal to a process"),
    ("socket.", "use the network"),
    ("ctypes.", "call the system's own functions"),
    ("resource.", "change its limits"),
    ("os.chroot", "change its limits"),
    ("os.setxattr", "change a file's attributes"),
    ("os.removexattr", "change a file's attributes"),
    ("winreg.", "use the registry"),
    ("sqlite3.", "use a database"),
    ("sys.addaudithook", "add a hook"),
)
CHANGES = {  # events that change a file -> how many of their arguments are paths, and folders' numbers
    "os.remove": (1, 1),
    "os.rmdir": (1, 1),
    "os.mkdir": (1, 1),
    "os.chmod": (1, 1),
    "os.chown": (1, 1),
    "os.utime": (1, 1),
    "os.truncate": (1, 0),
    "os.chflags": (1, 0),
    "os.rename": (2, 2),
    "os.link": (2, 2),
    "os.symlink": (2, 1),
}
READS = ("os.listdir", "os.scandir", "os.chdir")
UNSEEN = {  # what raises no event
    "os": "mkfifo mknod setsid setpgid setpgrp setuid chroot lchmod pidfd_open setpriority "
    "sched_setscheduler sched_setparam setns unshare",
    "signal": "pidfd_send_signal",
}
UNWANTED = ("readline", "_posixshmem", "_dbm", "_gdbm", "zmq")  # these write, or reach others
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Refused(PermissionError):
    """Something that a function in an exercise has no need of."""


def limit(seconds, memory, file_size):
    """Set the system's limits: processor seconds, bytes of memory, bytes of a file.

    On Windows there are none of these; the grader's own clock ends the process there.
    """
    try:
        import resource
    except ImportError:
        return
    for name, value in (
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_AS", memory),
        ("RLIMIT_FSIZE", file_size),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),  # not for the administrator, whom the system trusts
        ("RLIMIT_NOFILE", 64),
    ):
        try:
            kind = getattr(resource, name)
            _, most = resource.getrlimit(kind)
            value = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(kind, (value, value))
        except (AttributeError, ValueError, OSError):  # macOS has no limit on all of these
            continue


def limit_more_memory(more):
    """On Linux, let whatever takes so many bytes more than are taken now end as a MemoryError."""
    if sys.platform == "linux":
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            limit = more + int(file.read().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def die_with_parent():
    """On Linux, have the system end this process when the grader ends, however it does."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # 1: PR_SET_PDEATHSIG


def install_audit_hook(scratch, readable, hidden):
    """Refuse from now on what no exercise needs.

    scratch: the one folder that may be written in. hidden: folders that may not be read (the
    course, the submissions), but for what lies in one of the readable (Python's own).
    """
    for module, names in UNSEEN.items():
        for name in filter(lambda name, of=sys.modules[module]: hasattr(of, name), names.split()):
            setattr(sys.modules[module], name, _refusing(f"use {module}.{name}"))
    open_file = os.open

    def open_by_path(path, flags, mode=0o777, *, dir_fd=None):
        if dir_fd is not None:
            raise Refused("The grader lets a function name files by their whole path only.")
        return open_file(path, flags, mode)

    os.open = sys.modules[os.name].open = open_by_path
    try:
        import _posixsubprocess

        _posixsubprocess.fork_exec = _refusing("start a process")
    except ImportError:
        pass
    join, plain = os.path.join, (os.path.realpath, os.path.normcase)

    def real(path):
        return plain[1](plain[0](path))

    scratch = real(scratch)
    readable = [scratch, *map(real, readable)]
    hidden = ["/proc", *map(real, hidden)]
    harmless = {os.devnull, "/dev/urandom", "/dev/random"}
    opened = [0]

    def within(path, folders):
        """The length of the longest of the folders that a path lies in, 0 if in none."""
        found = [f for f in folders if path == f or path.startswith(join(f, ""))]
        return max(map(len, found), default=0)

    def place(path):
        try:
            return real(os.fsdecode(path))
        except (TypeError, ValueError):
            raise Refused("The grader cannot tell where this file is.") from None

    def write(path):
        if isinstance(path, int):
            return
        if os.fspath(path) not in harmless and not within(place(path), [scratch]):
            raise Refused("The grader lets a function change no files but in its own folder.")
        opened[0] += 1
        if opened[0] > FILES:
            raise Refused(f"The grader lets a function write {FILES} files at most.")

    def read(path):
        if isinstance(path, int) or path is None:
            return
        path = place(path)
        if within(path, hidden) > within(path, readable):
            raise Refused("The grader does not let a function read this file.")

    def hook(event, args):
        if event == "open":
            path, mode, flags = args
            if flags & WRITING or (mode and set(mode) & set("wax+")):
                write(path)
            else:
                read(path)
        elif event in CHANGES:
            paths, folders = CHANGES[event]
            if folders and any(number >= 0 for number in args[-folders:]):
                raise Refused("The grader lets a function name files by their whole path only.")
            for path in args[:paths]:
                if isinstance(path, int):
                    raise Refused("The grader lets a function name files by their whole path only.")
                write(path)
        elif event in READS:
            read(args[0])
        elif event == "import":
            if args[0] in UNWANTED:
                raise ImportError(f"The grader does not let a function import {args[0]}.")
        else:
            for beginning, what in REFUSED:
                if event.startswith(beginning):
                    raise Refused(f"The grader does not let a function {what}.")

    sys.addaudithook(hook)


def _refusing(what):
    def refuse(*args, **named):
        raise Refused(f"The grader does not let a function {what}.")

    return refuse
