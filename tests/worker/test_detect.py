"""Stacks as servers and commands have them while they load an app: made of functions with the names that are looked for."""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import FrameType, FunctionType
from typing import TypeVar

import pytest

from flask_chatbot.worker import detect
from flask_chatbot.worker.detect import Function

T = TypeVar("T")

ARBITER: Function = ("gunicorn.arbiter", "setup")
WORKER: Function = ("gunicorn.workers.base", "init_process")
WSGI: Function = ("gunicorn.workers.base", "load_wsgi")
UVICORN: Function = ("uvicorn.config", "load")
HYPERCORN: Function = ("hypercorn.utils", "load_application")
WATCHES: Function = ("hypercorn.run", "run")
WAITRESS: Function = ("waitress.runner", "run")
RUN: Function = ("flask.cli", "run_command")
LOAD: Function = ("flask.cli", "load_app")
OURS: Function = ("flask_chatbot.cli.serve", "make_served_app")
SHOP: Function = ("shop", "create_app")


def within(stack: list[Function], ask: Callable[[FrameType], T], reload: bool | None = None) -> T:
    """The answer of `ask` to the innermost frame of these functions, the outermost first; each has `reload` as a local name."""

    def call(go_on: Callable[[], T], reload: bool | None) -> T:
        return go_on()

    def look() -> T:
        return ask(sys._getframe(1))

    go: Callable[[], T] = look
    for module, name in reversed(stack):
        go = partial(FunctionType(call.__code__.replace(co_name=name), {"__name__": module}), go, reload)
    return go()


def loader(stack: list[Function], environ: Mapping[str, str] | None = None, reload: bool | None = None) -> Function | None:
    """The module and name of the function that loads the app to serve it."""

    def look(frame: FrameType) -> Function | None:
        found = detect.loader(frame, environ or {})
        return None if found is None else (found.f_globals["__name__"], found.f_code.co_name)

    return within(stack, look, reload)


@pytest.mark.parametrize(
    ("stack", "found"),
    [
        ([WORKER, WSGI, SHOP], WSGI),
        ([UVICORN, SHOP], UVICORN),
        ([HYPERCORN, SHOP], HYPERCORN),
        ([OURS, SHOP], OURS),
        ([WAITRESS, ("pkgutil", "resolve_name"), SHOP], ("pkgutil", "resolve_name")),
        ([RUN, LOAD, SHOP], LOAD),
    ],
    ids=lambda each: each[0][0].partition(".")[0] if isinstance(each, list) else "",
)
def test_the_function_of_a_server_that_loads_the_app_is_found(stack: list[Function], found: Function) -> None:
    assert loader(stack) == found


@pytest.mark.parametrize(
    "stack",
    [[SHOP], [LOAD, SHOP], [ARBITER, SHOP], [WATCHES, HYPERCORN, SHOP]],
    ids=["python app.py", "another command", "gunicorn's master", "hypercorn's reloader"],
)
def test_where_nothing_is_served_from_this_process_none_is_found(stack: list[Function]) -> None:
    assert loader(stack) is None


@pytest.mark.parametrize(
    ("reload", "environ", "found"),
    [
        (True, {}, None),
        (True, {"WERKZEUG_RUN_MAIN": "true"}, LOAD),
        (False, {"FLASK_DEBUG": "1"}, LOAD),
        (None, {"FLASK_DEBUG": "1"}, None),
        (None, {"FLASK_DEBUG": "no"}, LOAD),
    ],
)
def test_under_flask_run_only_the_process_that_the_reloader_starts_serves(
    reload: bool | None, environ: Mapping[str, str], found: Function | None
) -> None:
    assert loader([RUN, LOAD, SHOP], environ, reload) == found


@pytest.mark.parametrize(("stack", "is_preloaded"), [([ARBITER, SHOP], True), ([ARBITER, WORKER, WSGI, SHOP], False), ([SHOP], False)])
def test_gunicorn_preloads_where_its_master_loads_the_app(stack: list[Function], is_preloaded: bool) -> None:
    assert within(stack, detect.is_preloaded) is is_preloaded
