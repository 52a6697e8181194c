"""`flask` commands, each in a process that is forked from one that has imported everything: a new one takes a second to do so."""

import io
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

PATIENCE = 60.0  # seconds for one command
_IMPORTED = ["flask.cli", "flask_chatbot.cli.main", "flask_chatbot.startup.worker", "sqlalchemy.dialects.sqlite", "pytest", "tests.forked"]


def flask(
    *arguments: str, folder: Path | None = None, typed: str = "", environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """The outcome of ``flask`` in a folder, the current one if none is named: of this environment, whatever is on the path.

    Raises `TimeoutError` if it does not end.
    """
    given = dict(os.environ if environment is None else environment)
    if sys.platform == "win32":  # nothing forks there
        command = [sys.executable, "-m", "flask", *arguments]
        return subprocess.run(
            command, cwd=folder, env=given, input=typed, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
        )
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    with TemporaryDirectory() as place:
        streams = [Path(place, name) for name in ("typed", "printed", "errors")]
        streams[0].write_text(typed, "utf-8")
        process = context.Process(target=_run, args=([*map(str, streams)], str(folder or Path.cwd()), arguments, given))
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"flask {' '.join(arguments)} did not end within {PATIENCE:.0f} seconds")
        printed, errors = (each.read_text("utf-8") for each in streams[1:])
        return subprocess.CompletedProcess(arguments, process.exitcode, printed, errors)


def _run(streams: list[str], folder: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> None:
    """Be ``python -m flask`` in a forked process."""
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.argv = [f"{sys.exec_prefix}/lib/flask/__main__.py", *arguments]
    sys.stdin, sys.stdout, sys.stderr = (
        _redirected(number, path, mode) for number, (path, mode) in enumerate(zip(streams, "rww", strict=True))
    )
    from flask.cli import main

    main()


def _redirected(number: int, path: str, mode: str) -> IO[Any]:
    """A standard stream of the process, by its number, that is this file from now on."""
    with open(path, mode, encoding="utf-8") as stream:  # noqa: PTH123
        os.dup2(stream.fileno(), number)
    return io.open(number, mode, encoding="utf-8", closefd=False)  # noqa: UP020
