"""Hosts that make something else of the webhook's answers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Response

from tests.apps import HALO, add_bot, halo
from tests.hosts.apps import URL, shop


def emptied(answer: Response) -> None:
    answer.status_code = 204


def streamed(answer: Response) -> None:
    answer.response = (part.upper() for part in [answer.get_data()])


def in_texts(answer: Response) -> None:
    answer.response = ["é", "!"]
    answer.headers.pop("Content-Length")


def written_anew(answer: Response) -> None:
    answer.set_data("Halo")


@pytest.mark.parametrize(
    ("change", "sent"),
    [(emptied, b""), (streamed, HALO.upper()), (in_texts, "é!".encode()), (written_anew, b"Halo")],
    ids=["emptied", "streamed", "in texts", "written anew"],
)
def test_what_a_host_makes_of_an_answer_goes_out(tmp_path: Path, change: Callable[[Response], None], sent: bytes) -> None:
    app = shop(tmp_path)

    @app.after_request
    def finish(answer: Response) -> Response:
        change(answer)
        return answer

    assert add_bot(app).test_client().post(URL, json=halo()).get_data() == sent


def test_what_a_host_wants_done_once_an_answer_is_out_is_done(tmp_path: Path) -> None:
    app, done = shop(tmp_path), []

    @app.after_request
    def finish(answer: Response) -> Response:
        answer.call_on_close(lambda: done.append(answer.status))
        return answer

    add_bot(app).test_client().post(URL, json=halo()).close()
    assert done == ["200 OK"]
