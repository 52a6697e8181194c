"""SIGTERM in a process of its own: what was begun is ended first, and the process dies by the signal all the same."""

import signal
import subprocess
import sys

import pytest

from tests.servers.running import ROOT

IN_MAIN_THREAD = "end_at_sigterm(end)"
IN_A_THREAD = """\
thread = threading.Thread(target=end_at_sigterm, args=[end])
thread.start()
thread.join()
while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    pass
"""
HANDLED = """\
def stop(number, frame):
    print("stopped in order", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
end_at_sigterm(end)
"""
UVICORN = """\
def stop(number, frame):
    print("uvicorn goes on", flush=True)
    os._exit(3)
stop.__module__ = "uvicorn.server"
signal.signal(signal.SIGTERM, stop)
end_at_sigterm(end)
"""
FAILING = "def end():\n    raise LookupError\nend_at_sigterm(end)"
CODE = """\
import os, signal, sys, threading, time
from flask_chatbot.worker.sigterm import end_at_sigterm
def end():
    print("ended", flush=True)
{install}
signal.raise_signal(signal.SIGTERM)
threading.Event().wait(30)
"""


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process at once")
@pytest.mark.parametrize(
    ("install", "output", "code"),
    [
        (IN_MAIN_THREAD, "ended\n", -signal.SIGTERM),
        (IN_A_THREAD, "ended\n", -signal.SIGTERM),
        (HANDLED, "stopped in order\n", 0),  # what ends with `exit` ends the worker
        (UVICORN, "ended\nuvicorn goes on\n", 3),
        (FAILING, "", -signal.SIGTERM),
    ],
    ids=["in the main thread", "in a thread", "handled", "uvicorn", "failing"],
)
def test_at_sigterm_the_end_comes_first_unless_a_server_ends_in_order(install: str, output: str, code: int) -> None:
    command = [sys.executable, "-c", CODE.format(install=install)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    assert (done.stdout, done.returncode) == (output, code)
