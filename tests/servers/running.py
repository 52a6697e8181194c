"""The servers people use, started with an app of ours on a free port of loopback."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.apps import make_app

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0  # seconds until a silent server is given up
LISTENING = re.compile(r"(?:Listening at:|[Rr]unning on) http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that takes calls; `log` grows while it runs, and is whole once it has stopped."""

    port: int
    log: list[str] = field(default_factory=list)


@contextmanager
def werkzeug(folder: Path) -> Iterator[Running]:
    """What `flask run` starts, with the app of `make_app(folder)`."""
    server = make_server("127.0.0.1", 0, make_app(folder), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Running(server.port)
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


@contextmanager
def gunicorn(app: str, home: Path, *options: str, **environment: str) -> Iterator[Running]:
    """Gunicorn with an app as its command line names it, such as ``module:create_app()``."""
    if sys.platform == "win32":
        pytest.skip("gunicorn does not run here")
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", *options, app]
    with _started(command, HOME=str(home), **environment) as running:  # where it may keep files of its own
        yield running


@contextmanager
def waitress(app: str, **environment: str) -> Iterator[Running]:
    """Waitress with an app, named as for `gunicorn`."""
    module = app.partition(":")[0]
    code = (
        f"import sys, waitress.server, {module}\n"
        f"server = waitress.server.create_server({app.replace(':', '.', 1)}, host='127.0.0.1', port=0)\n"
        "print(f'Listening at: http://127.0.0.1:{server.effective_port}', file=sys.stderr, flush=True)\n"
        "server.run()\n"
    )
    with _started([sys.executable, "-c", code], **environment) as running:
        yield running


@contextmanager
def flask_run(app: str, *options: str, cwd: Path = ROOT, **environment: str) -> Iterator[Running]:
    """`flask run` in a folder, with an app named as for `gunicorn`."""
    command = [sys.executable, "-m", "flask", "--app", app, "run", "--port", "0", *options]
    with _started(command, cwd, **environment) as running:
        yield running


@contextmanager
def waitress_serve(app: str, **environment: str) -> Iterator[Running]:
    """The command line of waitress; `app` is named without parentheses. It does not say where it listens: it is not to be called."""
    code = "import sys; print('Listening at: http://127.0.0.1:0', file=sys.stderr, flush=True); import waitress.runner as it; it.run()"
    with _started([sys.executable, "-c", code, "--listen=127.0.0.1:0", "--call", app], **environment) as running:
        yield running


@contextmanager
def uvicorn(app: str, **environment: str) -> Iterator[Running]:
    """Uvicorn with a factory of an ASGI app, named without parentheses."""
    pytest.importorskip("uvicorn")
    pytest.importorskip("a2wsgi")
    with _started([sys.executable, "-m", "uvicorn", "--port", "0", "--factory", app], **environment) as running:
        yield running


@contextmanager
def hypercorn(app: str, **environment: str) -> Iterator[Running]:
    """Hypercorn with an app, named as for `gunicorn`."""
    pytest.importorskip("hypercorn")
    with _started([sys.executable, "-m", "hypercorn", "--bind", "127.0.0.1:0", f"wsgi:{app}"], **environment) as running:
        yield running


@contextmanager
def _started(command: list[str], cwd: Path = ROOT, /, **environment: str) -> Iterator[Running]:
    """A child process that says on its standard error where it listens; asked to end, and waited for, at the end."""
    with subprocess.Popen(command, cwd=cwd, env={**os.environ, **environment}, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        log: list[str] = []
        for line in process.stderr:
            log.append(line)
            if found := LISTENING.search(line):
                break
        else:
            raise AssertionError("the server did not start:\n" + "".join(log))
        reader = threading.Thread(target=log.extend, args=[process.stderr])  # so that it never waits for one
        reader.start()
        try:
            yield Running(int(found[1]), log)
        finally:
            process.terminate()
            reader.join(PATIENCE)
            if reader.is_alive():
                process.kill()  # hypercorn can lock itself out when asked to end just as it starts
