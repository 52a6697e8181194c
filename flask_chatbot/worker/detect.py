"""Detection of a process that serves the app, as opposed to other commands, tests and the parent of a reloader.

Servers do not announce themselves to an app. But the function that loads an app in order to serve it is still running while the app is set
up, so it is on the stack.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType

Function = tuple[str, str]  # module and name

_GUNICORN_WORKER: Function = ("gunicorn.workers.base", "init_process")  # from its first moment to its last
_GUNICORN_LOADS: Function = ("gunicorn.workers.base", "load_wsgi")
_GUNICORN_PRELOADS: Function = ("gunicorn.arbiter", "setup")
_UVICORN_LOADS: Function = ("uvicorn.config", "load")
_HYPERCORN_LOADS: Function = ("hypercorn.utils", "load_application")
_HYPERCORN_WATCHES: Function = ("hypercorn.run", "run")  # where that loads an app, it only looks for its files
_WAITRESS_RUN: Function = ("waitress.runner", "run")  # loads the app, and then serves it
_FLASK_RUN: Function = ("flask.cli", "run_command")
_FLASK_LOADS: Function = ("flask.cli", "load_app")
_OUR_RUN: Function = ("flask_chatbot.cli.serve", "make_served_app")
_LOOK_EVERY = 0.02  # seconds
_PATIENCE = 10.0  # seconds until a forked process is known to be no worker


def loader(frame: FrameType | None, environ: Mapping[str, str]) -> FrameType | None:
    """The function in this stack that loads an app to serve it from this process; None if there is none."""
    stack = dict(_functions(frame))
    run = stack.get(_FLASK_RUN)
    if run is not None:
        return None if is_reloaders_parent(run.f_locals.get("reload"), environ) else stack.get(_FLASK_LOADS)
    by_hypercorn = stack.get(_HYPERCORN_LOADS)
    if by_hypercorn is not None and by_hypercorn.f_back is not stack.get(_HYPERCORN_WATCHES):
        return by_hypercorn
    return stack.get(_OUR_RUN) or stack.get(_GUNICORN_LOADS) or stack.get(_UVICORN_LOADS) or _called_by(stack.get(_WAITRESS_RUN), frame)


def is_preloaded(frame: FrameType | None) -> bool:
    """True if this stack loads an app for processes that have not been forked yet."""
    stack = dict(_functions(frame))
    return _GUNICORN_PRELOADS in stack and _GUNICORN_LOADS not in stack


def is_reloaders_parent(reload: object, environ: Mapping[str, str]) -> bool:
    """True in the process that only starts the serving one, and restarts it when files change.

    >>> is_reloaders_parent(None, {"FLASK_DEBUG": "1"}), is_reloaders_parent(None, {"FLASK_DEBUG": "1", "WERKZEUG_RUN_MAIN": "true"})
    (True, False)
    """
    debug = environ.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no")
    return bool(debug if reload is None else reload) and environ.get("WERKZEUG_RUN_MAIN") != "true"


def is_of_test_client(environ: Mapping[str, object]) -> bool:
    """True if a request never crossed a network: servers name themselves, and Flask's test client sends its name as browsers do.

    >>> is_of_test_client({"HTTP_USER_AGENT": "Werkzeug/3.1"}), is_of_test_client({"SERVER_SOFTWARE": "gunicorn/27"})
    (True, False)
    """
    return "SERVER_SOFTWARE" not in environ and str(environ.get("HTTP_USER_AGENT", "")).startswith("Werkzeug/")


def wait_until_whole(loading: FrameType, thread: int, wait: Callable[[float], object]) -> None:
    """Return once a function that a thread is executing has returned."""
    while any(frame is loading for _, frame in _functions(sys._current_frames().get(thread))):
        wait(_LOOK_EVERY)


def wait_until_worker(wait: Callable[[float], object]) -> bool:
    """Wait until it is certain; True if this freshly forked process is a worker of the server."""
    for _ in range(int(_PATIENCE / _LOOK_EVERY)):
        stack = dict(_functions(sys._current_frames().get(threading.main_thread().ident or 0)))
        if _GUNICORN_WORKER in stack and _GUNICORN_LOADS not in stack:
            return True
        wait(_LOOK_EVERY)
    return False


def _called_by(caller: FrameType | None, frame: FrameType | None) -> FrameType | None:
    """The function that another function of the stack has called."""
    while caller is not None and frame is not None and frame.f_back is not caller:
        frame = frame.f_back
    return None if caller is None else frame


def _functions(frame: FrameType | None) -> Iterator[tuple[Function, FrameType]]:
    """The functions of a stack with their frames, the innermost first."""
    while frame is not None:
        yield (str(frame.f_globals.get("__name__", "")), frame.f_code.co_name), frame
        frame = frame.f_back
