"""Whether a process of this host is gone: certain, or not said."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_chatbot.worker.processes import describe_process, is_gone, place
from tests.servers.running import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are distinguished on Linux only")

PATIENCE = 60.0  # seconds
DESCRIBE = "from flask_chatbot.worker.processes import describe_process; print(describe_process(), flush=True)"


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    """A process that describes itself and then waits to be killed."""
    command = [sys.executable, "-c", f"{DESCRIBE}; import sys; sys.stdin.read()"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def line_of(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def proc(folder: Path, *, boot: str = "boot-1", pid: str = "pid:[1]", time: str = "time:[2]", shows: int | None = None) -> Path:
    """A /proc as the system would show it to this process."""
    (folder / "sys/kernel/random").mkdir(parents=True)
    (folder / "sys/kernel/random/boot_id").write_text(boot)
    own = folder / str(os.getpid())
    (own / "ns").mkdir(parents=True)
    (own / "ns/pid").symlink_to(pid)
    if time:
        (own / "ns/time").symlink_to(time)
    (folder / "self").symlink_to(str(shows or os.getpid()))
    add_process(folder, os.getpid(), 1000)
    return folder


def add_process(folder: Path, pid: int, began: int, state: str = "S", threads: int = 1) -> str:
    """A process that is listed; how it would describe itself."""
    (folder / str(pid)).mkdir(exist_ok=True)
    numbers = [state, *["0"] * 16, str(threads), "0", str(began), "0"]
    (folder / str(pid) / "stat").write_text(f"{pid} (a) (b c) {' '.join(numbers)}\n")
    return f"{pid}:{began}:{place(folder)}"


def there(_pid: int, _signal: int) -> None:
    """Says that there is such a process."""


def not_ours(_pid: int, _signal: int) -> None:
    raise PermissionError


def nowhere(_pid: int, _signal: int) -> None:
    raise ProcessLookupError


@pytest.mark.process
def test_a_process_that_lives_is_not_gone_and_one_that_was_killed_is(child: subprocess.Popen[str]) -> None:
    described = line_of(child)
    assert (is_gone(describe_process()), is_gone(described)) == (False, False)
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody has taken notice
    assert is_gone(described)
    child.wait(PATIENCE)
    assert is_gone(described)


def test_a_number_that_another_process_has_by_now_is_gone(tmp_path: Path) -> None:
    folder = proc(tmp_path)
    described = add_process(folder, 42, 5000)
    assert not is_gone(described, folder, there)
    add_process(folder, 42, 7000)
    assert is_gone(described, folder, there)


@pytest.mark.parametrize(("state", "threads", "gone"), [("S", 3, False), ("T", 1, False), ("Z", 1, True), ("X", 0, True), ("Z", 4, False)])
def test_a_zombie_is_gone_unless_other_threads_of_it_live(tmp_path: Path, state: str, threads: int, gone: bool) -> None:
    folder = proc(tmp_path)
    described = add_process(folder, 42, 5000, state, threads)
    assert is_gone(described, folder, there) is gone


def test_a_process_that_is_hidden_from_us_is_not_gone(tmp_path: Path) -> None:
    folder = proc(tmp_path)
    described = f"42:5000:{place(folder)}"
    assert [is_gone(described, folder, signal) for signal in (there, not_ours, nowhere)] == [False, False, True]


@pytest.mark.parametrize("other", [{"boot": "boot-2"}, {"pid": "pid:[9]"}, {"time": "time:[9]"}, {"time": ""}])
def test_of_another_boot_or_container_nothing_is_said_though_the_host_name_is_the_same(tmp_path: Path, other: dict[str, str]) -> None:
    described = add_process(proc(tmp_path / "there", **other), 42, 5000)  # type: ignore[arg-type]
    assert not is_gone(described, proc(tmp_path / "here"), nowhere)


def test_where_what_is_needed_cannot_be_read_nothing_is_said(tmp_path: Path) -> None:
    whole = proc(tmp_path / "whole")
    described = add_process(whole, 42, 5000)
    foreign = proc(tmp_path / "foreign", shows=os.getpid() + 1)  # of another namespace, as mounted by it
    nothing = tmp_path / "nothing"
    for folder in (foreign, nothing):
        assert (place(folder), is_gone(described, folder, nowhere)) == ("", False)
        assert describe_process(folder) == f"{os.getpid()}::"
    assert not is_gone(f"{os.getpid()}::", whole, nowhere)


def test_a_host_of_another_name_is_another_place(tmp_path: Path) -> None:
    assert socket.gethostname() not in place(proc(tmp_path))
    assert len(place(tmp_path)) == 16
