"""Read and write my_rnn.py: whole or not at all, one writer at a time, nothing ever lost."""

import contextlib
import os
import tempfile
import time

STALE = 10.0  # seconds after which a lock was left behind by a kernel that died
PATIENCE = 5.0  # seconds to wait for another notebook


def read(path):
    """Return the text of a file, "" if there is none. Newlines come as "\\n"."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ""
    text = data.decode("utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def stamp(path):
    """What changes when a file does: None if there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def write(path, text):
    """Write a file beside its place, then move it there in one step."""
    handle, name = tempfile.mkstemp(prefix=f"{path.stem}_", suffix=".tmp", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):  # mkstemp makes files that only the owner may read
            os.chmod(name, os.stat(path).st_mode & 0o777 if path.exists() else 0o644)
        _patiently(os.replace, name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _patiently(action, *args):
    """On Windows a file that someone else has open cannot be moved: try for a while."""
    for wait in (0.02, 0.1, 0.5):
        try:
            return action(*args)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(wait)
    return action(*args)


def back_up(path):
    """Move a file to a name that is free, and return that name."""
    number = 1
    while (other := path.with_name(f"{path.stem}_set_aside_{number}.py")).exists():
        number += 1
    _patiently(os.rename, path, other)
    return other.name


@contextlib.contextmanager
def locked(path):
    """Hold the lock of a file; one that a dead kernel left behind is taken over."""
    lock = path.with_name(path.name + ".lock")
    end = time.monotonic() + PATIENCE
    while not _take(lock):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - os.stat(lock).st_mtime > STALE:
                _break(lock)
        if time.monotonic() > end:
            raise TimeoutError(
                f"{lock.name} is held by another notebook; if there is none, delete that file"
            )
        time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            _patiently(os.unlink, lock)


def _take(lock):
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    except PermissionError:  # Windows says this while a lock is being deleted
        if os.name != "nt":
            raise
        return False
    return True


def _break(lock):
    """Remove a stale lock, unless someone has just made a new one in its place."""
    taken = lock.with_name(f"{lock.name}.{os.getpid()}.{time.monotonic_ns()}")
    with contextlib.suppress(OSError):
        os.rename(lock, taken)
        if time.time() - os.stat(taken).st_mtime <= STALE:
            os.rename(taken, lock)
        else:
            os.unlink(taken)
