"""Files beside the rules, fetched from the bot at the addresses that the webhook's answers name."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_chatbot import Chatbot
from flask_chatbot.startup.state import AppState
from tests.apps import KEY

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(40))
RULES = "version: 1\nrules:\n  - keyword: harga\n    reply: [{image: gambar/harga.png}, {document: catatan.html}]\n"
Make = Callable[..., Flask]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes apps whose bot has two files beside its rules."""

    def make(**config: object) -> Flask:
        (tmp_path / "gambar").mkdir(exist_ok=True)
        (tmp_path / "gambar/harga.png").write_bytes(PNG)
        (tmp_path / "catatan.html").write_text("<script>alert(1)</script>", "utf-8")
        (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
        app = Flask(__name__, root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
        app.config.update({"CHATBOT_WEBHOOK_KEY": KEY, **config})
        Chatbot(app)
        return app

    return make


def addresses(client: FlaskClient, **headers: str) -> list[str]:
    """The addresses of the files that a customer is answered with."""
    answer = client.post("/chatbot/webhook", json={"keyword": "harga", "data": [], "webhookkey": KEY, "from": "628111"}, headers=headers)
    return [each["content"] for each in answer.get_json()["message"]["reply"]]


def path_of(address: str, host: str = "http://localhost") -> str:
    assert address.startswith(f"{host}/")
    return address.removeprefix(host)


def test_the_platform_fetches_the_file_from_the_address_in_the_answer(make: Make) -> None:
    client = make().test_client()
    image, _ = addresses(client)
    answer = client.get(path_of(image))
    assert (answer.status_code, answer.data, answer.content_type) == (200, PNG, "image/png")
    assert image.partition("?")[0].endswith("/harga.png")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Content-Disposition"]) == (
        "nosniff",
        "inline; filename*=UTF-8''harga.png",
    )


def test_a_repeated_call_names_the_same_addresses(make: Make) -> None:
    client = make().test_client()
    assert addresses(client, **{"webhook-id": "msg_1"}) == addresses(client, **{"webhook-id": "msg_1"}) == addresses(client)


def test_a_page_is_only_saved_and_never_run(make: Make) -> None:
    client = make().test_client()
    answer = client.get(path_of(addresses(client)[1]))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_who_has_the_file_gets_it_only_once_and_parts_are_served(make: Make) -> None:
    client = make().test_client()
    path = path_of(addresses(client)[0])
    etag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    part = client.get(path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, PNG[:4], f"bytes 0-3/{len(PNG)}")
    assert client.get(path, headers={"Range": "bytes=900-"}).get_json() == {"success": False, "message": "The file has no such part."}
    assert (client.head(path).data, client.head(path).headers["Content-Length"]) == (b"", str(len(PNG)))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda path: path[:-1] + ("A" if path[-1] != "A" else "B"),
        lambda path: path.partition("?")[0],
        lambda path: path.replace("until=0", "until=4000000000"),
        lambda path: path.replace("until=0", "until=00"),
        lambda path: path.replace("/media/", "/media/0"),
        lambda path: "/chatbot/media/..%2frules.yaml?" + path.partition("?")[2],
        lambda path: "/chatbot/media/rules.yaml?" + path.partition("?")[2],
        lambda path: path + "%F0%9F%91%8D",
    ],
)
def test_an_address_that_the_bot_did_not_make_is_not_found(make: Make, wrong: Callable[[str], str]) -> None:
    client = make().test_client()
    answer = client.get(wrong(path_of(addresses(client)[0])))
    assert (answer.status_code, answer.get_json()) == (404, {"success": False, "message": "There is no such file."})


def test_the_folder_of_files_is_not_listed(make: Make) -> None:
    client = make().test_client()
    assert client.get("/chatbot/media/").status_code == 404
    assert client.post(path_of(addresses(client)[0])).get_json() == {"success": False, "message": "This address takes GET only."}


def test_an_address_ends_at_its_time(make: Make) -> None:
    app = make()
    state: AppState = app.extensions["chatbot"]
    (hashed,) = {file.sha256 for file in state.bot.book.media.values() if file.name.endswith("png")}
    now = int(state.bot.clock().timestamp())
    client = app.test_client()
    later, past = (state.media_urls.url(hashed, "a.png", until, "http://localhost") for until in (now + 100, now - 1))
    answer = client.get(path_of(later))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert (client.get(path_of(past)).status_code, client.get(path_of(past)).get_json()["message"]) == (410, "This address has expired.")


def test_a_file_that_vanished_is_not_found_and_logged(make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = make().test_client()
    path = path_of(addresses(client)[0])
    (tmp_path / "gambar/harga.png").unlink()
    assert client.get(path).status_code == 404
    assert "'gambar/harga.png', a file beside the rules, cannot be read: No such file or directory." in caplog.text


def test_a_process_that_has_not_loaded_the_changed_rules_yet_serves_the_changed_file(make: Make, tmp_path: Path) -> None:
    first, second = make(CHATBOT_RELOAD=False), make(CHATBOT_RELOAD=False)
    (tmp_path / "gambar/harga.png").write_bytes(PNG + b"baru")
    first.extensions["chatbot"].bot.reload()
    path = path_of(addresses(first.test_client())[0])
    assert second.test_client().get(path).data == PNG + b"baru"


def test_the_addresses_begin_with_the_public_url(make: Make) -> None:
    image, _ = addresses(make(CHATBOT_PUBLIC_URL="https://toko.example.com/bot/").test_client())
    assert image.startswith("https://toko.example.com/bot/chatbot/media/")


def test_a_signing_secret_signs_addresses_and_no_database_is_opened(make: Make, tmp_path: Path) -> None:
    client = make(CHATBOT_SIGNING_SECRET="rahasia-yang-panjang").test_client()
    assert client.get(path_of(addresses(client)[0])).status_code == 200
    assert not (tmp_path / "instance").exists()


def test_without_a_public_url_the_start_names_the_files(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    make(CHATBOT_PUBLIC_URL="https://toko.example.com")
    assert "CHATBOT_PUBLIC_URL" not in caplog.text
    make()
    assert (
        "set CHATBOT_PUBLIC_URL to the address of the app, such as https://toko.example.com: catatan.html, gambar/harga.png" in caplog.text
    )
