"""Gevent replaces what blocks, perhaps after the import (gunicorn's --preload): nothing holds on to what was there before."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import flask_chatbot

PACKAGE = Path(flask_chatbot.__file__).parent
MODULES = ("threading", "_thread", "queue", "select", "selectors", "socket", "ssl", "subprocess", "signal", "concurrent")
FUNCTIONS = {"time": {"sleep"}, "os": {"fork", "forkpty", "popen", "waitpid", "read", "write"}}
HARMLESS = {"queue": {"Empty", "Full"}, "signal": {"Signals"}}


def is_patchable(module: str, name: str) -> bool:
    """Whether what a module calls by that name may be another thing later; names in capitals are constants."""
    root = module.partition(".")[0]
    if root in FUNCTIONS:
        return name in FUNCTIONS[root]
    return root in MODULES and not name.isupper() and name not in HARMLESS.get(root, ())


def bound(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of each patchable thing that a module takes at its import: from another, as a default, or in the body of a class."""
    for node in evaluated(tree):
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                if is_patchable(node.module or "", name.name):
                    yield node.lineno, name.name
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and is_patchable(node.value.id, node.attr):
            yield node.lineno, node.attr


def evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is imported: neither bodies of functions, nor annotations, nor what only type checkers see."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns") or (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and name == "body"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST) and not (isinstance(each, ast.If) and "TYPE_CHECKING" in ast.unparse(each.test)):
                yield each
                yield from evaluated(each)


def test_no_module_takes_what_may_be_replaced_at_its_import() -> None:
    files = sorted(PACKAGE.rglob("*.py"))
    found = [f"{file.relative_to(PACKAGE)}:{line}: {name}" for file in files for line, name in bound(ast.parse(file.read_text("utf-8")))]
    assert len(files) > 100
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "from threading import Lock",
        "from time import monotonic, sleep",
        "import time\ndef f(wait=time.sleep): ...",
        "import time\nf = lambda wait=time.sleep: wait",
        "import time\nclass A:\n    wait: object = time.sleep",
        "import threading\nlock = threading.Lock()",
        "import threading\nclass A:\n    lock = field(default_factory=threading.Lock)",
        "import threading\nclass A(threading.Thread): ...",
        "from concurrent.futures import ThreadPoolExecutor",
    ],
)
def test_each_way_to_take_it_is_seen(line: str) -> None:
    assert len(list(bound(ast.parse(line)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "from queue import Empty",
        "import threading\ndef f(event: threading.Event) -> None:\n    threading.Lock()",
        "import signal\nNUMBER = signal.SIGTERM",
        "import time\nclock = time.monotonic",
        "import threading\nmake = lambda: threading.Lock()",
    ],
)
def test_what_is_looked_up_later_is_fine(line: str) -> None:
    assert list(bound(ast.parse(line))) == []


HELD = """
import gc, os, _queue, _thread, threading
from pathlib import Path
from flask import Flask
from flask_chatbot import Chatbot

folder = Path({folder!r})
(folder / "rules.yaml").write_text(
    'version: 1\\nrules: [{{keyword: "halo#", fields: [nama], save: tamu, notify: "628117601234", once_per: 1 day, reply: Hai}}]'
)
app = Flask("toko", root_path=str(folder), instance_path=str(folder / "instance"))
app.config.update(CHATBOT_WEBHOOK_KEY="kunci-toko-maju", CHATBOT_API_KEY="kunci-api-toko")
bot = Chatbot(app)
app.test_client().get("/chatbot/healthz")
if os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))

locks = (type(_thread.allocate_lock()), _thread.RLock, threading.Condition, threading.Event, threading.Semaphore, _queue.SimpleQueue)
for each in gc.get_objects():
    if str(type(each).__module__).startswith("flask_chatbot"):
        slots = [name for kind in type(each).__mro__ for name in getattr(kind, "__slots__", ())]
        values = {{**getattr(each, "__dict__", {{}}), **{{name: getattr(each, name, None) for name in slots}}}}
        for name, value in values.items():
            if isinstance(value, locks):
                print(type(each).__module__, type(each).__qualname__, name)
"""


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_has_no_lock_of_the_time_when_the_app_was_set_up(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-c", HELD.format(folder=str(tmp_path))], capture_output=True, text=True, check=False, timeout=60
    )
    assert (outcome.stdout, outcome.returncode) == ("", 0), outcome.stderr
