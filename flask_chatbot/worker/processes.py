"""Processes of this host, and a check that one is certainly gone. On systems other than Linux the check never says so."""

import os
import socket
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

_PROC = Path("/proc")


def describe_process(proc: Path = _PROC) -> str:
    """Describe this process for `is_gone`: its number, its start, and the scope of its number. 37 characters at most."""
    pid = os.getpid()
    here = place(proc)
    began = _began(proc, pid) if here else ""
    return f"{pid}:{began}:{here if began else ''}"


def is_gone(described: str, proc: Path = _PROC, signal: Callable[[int, int], object] = os.kill) -> bool:
    """True if a process of this host has ended; False if unsure: it may belong to another host, or be invisible from here."""
    number, _, rest = described.partition(":")
    began, _, where = rest.partition(":")
    if not (number.isdigit() and began and where) or where != place(proc):
        return False
    try:
        signal(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it is there, and another user's
    found = _began(proc, int(number))
    return found is not None and found != began


def place(proc: Path = _PROC) -> str:
    """The scope in which process numbers are unique: this boot of this host, and this namespace; empty if unknown.

    Two containers may share all but the namespace, their host name included.
    """
    try:
        if str((proc / "self").readlink()) != str(os.getpid()):
            return ""  # what is mounted there shows another namespace
        boot = (proc / "sys/kernel/random/boot_id").read_text()
        spaces = [str((proc / "self/ns/pid").readlink()), _time_space(proc)]
    except (OSError, ValueError):
        return ""
    return sha256("\n".join([socket.gethostname(), boot, *spaces]).encode()).hexdigest()[:16]


def _time_space(proc: Path) -> str:
    """The clock of the times in `stat`; empty in kernels that have only one."""
    try:
        return str((proc / "self/ns/time").readlink())
    except FileNotFoundError:
        return ""


def _began(proc: Path, pid: int) -> str | None:
    """The start of a process, in ticks since boot; empty for one that has ended but is still listed, None if it cannot be read."""
    try:
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        state, threads, began = fields[0], fields[17], fields[19]
    except (OSError, ValueError, IndexError):
        return None
    # A zombie with several threads is one whose first thread alone has ended.
    return "" if state in "ZX" and int(threads) <= 1 else began
