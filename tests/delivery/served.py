"""An app whose messages go into a file, for servers to serve: where that is, `SERVED_IN` says."""

import os
from pathlib import Path

from flask import Flask, Response

from tests.apps import add_bot
from tests.faults.journal import Journal


class Noted(Journal):
    """Writes down in which process it was opened."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "journal")
        self._folder = folder

    def open(self, listener: object) -> None:
        with (self._folder / "opened").open("a") as file:
            file.write(f"{os.getpid()}\n")


def create_app() -> Flask:
    """The app; the database is in its instance folder."""
    folder = Path(os.environ["SERVED_IN"])
    app = Flask(__name__, root_path=str(folder), instance_path=str(folder / "instance"))
    app.after_request(say_process)
    return add_bot(app, CHATBOT_TRANSPORT=Noted(folder))


def say_process(response: Response) -> Response:
    """Name the process that answers in the header `Process`."""
    response.headers["Process"] = str(os.getpid())
    return response


def create_asgi_app() -> object:
    """The app for servers that speak ASGI."""
    from a2wsgi import WSGIMiddleware  # not everywhere where tests run

    return WSGIMiddleware(create_app())  # type: ignore[arg-type]  # it knows WSGI by another name
