"""The doors of the console: who gets in, and what a browser may do with its pages."""

import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from flask_chatbot import Chatbot
from flask_chatbot.console.access.doors import is_forwarded
from flask_chatbot.errors import ConfigError
from flask_chatbot.store.console import audit
from tests.console.browsers import CONSOLE, HASHED, PASSWORD, Browser, console_app, text_of

STAFF = {name: {"role": role, "password": HASHED} for name, role in [("lia", "look"), ("ani", "answer"), ("budi", "edit")]}
Make = Callable[..., Flask]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda *args, **config: console_app(tmp_path, *args, **config)


def acts(app: Flask) -> list[tuple[str, str, str]]:
    """The audit log, oldest first."""
    with app.extensions["chatbot"].make_database().reading() as connection:
        return [(act.name, act.action, act.about) for act in reversed(audit.latest(connection, 100))]


def at(app: Flask, seconds: float) -> None:
    """Let the bot's clock show so many seconds after some moment."""
    app.extensions["chatbot"].bot.clock = lambda: datetime(2026, 11, 27, tzinfo=UTC) + timedelta(seconds=seconds)


def test_there_is_no_console_unless_it_is_asked_for(make: Make) -> None:
    app = make(CHATBOT_CONSOLE=False, CHATBOT_CONSOLE_PASSWORD=None)
    assert app.test_client().get(CONSOLE).status_code == 404
    assert "chatbot_console" not in app.blueprints


def test_without_a_password_nobody_gets_in(make: Make) -> None:
    app = make(CHATBOT_CONSOLE_PASSWORD=None)
    answers = [Browser(app).get(path) for path in ("", "/login", "/chat", "/enter?token=x", "/static/console.css")]
    assert [answer.status_code for answer in answers] == [404] * 5


def test_each_answer_tells_the_browser_what_it_may_do(make: Make) -> None:
    browser = Browser(make())
    for path in ("/login", "/chat", "/none", "/static/console.css", "/static/none"):
        headers = browser.get(path).headers
        policy = re.sub(r"nonce-[\w-]{16,}", "nonce-N", headers["Content-Security-Policy"])
        assert policy == (
            "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N'; img-src 'self' data:; media-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")


def test_pages_hold_no_script_and_no_style_of_their_own(make: Make) -> None:
    browser = Browser(make())
    browser.log_in()
    for path in ("/login", "/chat", "/connection"):
        page = browser.get(path).text
        assert re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", page) is None
        assert re.findall(r'(?:src|href|action)="(?!/chatbot/console|#)([^"]*)"', page) == []


def test_whoever_is_not_logged_in_is_led_to_the_login(make: Make) -> None:
    browser = Browser(make())
    answers = [browser.get(path) for path in ("", "/chat", "/connection")]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(303, f"{CONSOLE}/login")] * 3


def test_the_password_lets_in_and_the_cookie_is_only_for_the_console(make: Make) -> None:
    browser = Browser(make())
    answer = browser.log_in()
    assert (answer.status_code, answer.headers["Location"]) == (303, CONSOLE)
    kept = answer.headers["Set-Cookie"]
    assert [part in kept for part in ("HttpOnly", "SameSite=Lax", f"Path={CONSOLE}", "Max-Age=43200")] == [True] * 4
    assert "Secure" not in kept
    assert browser.get("/chat").status_code == 200


def test_over_https_the_cookie_is_secure(make: Make) -> None:
    browser = Browser(make(), **{"wsgi.url_scheme": "https"})
    assert "Secure" in browser.log_in().headers["Set-Cookie"]


@pytest.mark.parametrize(("name", "password"), [("", "salah"), ("", ""), ("ani", PASSWORD), ("", HASHED)])
def test_a_wrong_password_is_refused_and_recorded(make: Make, name: str, password: str) -> None:
    app = make()
    browser = Browser(app)
    answer = browser.log_in(password, name)
    assert (answer.status_code, "The name or the password is wrong." in text_of(answer)) == (403, True)
    assert browser.get("/chat").status_code == 303
    assert acts(app) == [(name, "failed login", "")]


def test_guessing_slows_whoever_guesses_and_nobody_else(make: Make) -> None:
    app = make()
    at(app, 0)
    found = [Browser(app, REMOTE_ADDR="192.0.2.7").log_in("salah").status_code for _ in range(6)]
    assert found == [403] * 5 + [429]
    assert Browser(app, REMOTE_ADDR="192.0.2.8").log_in().status_code == 303


def test_guessing_within_one_ipv6_network_is_slow(make: Make) -> None:
    app = make()
    at(app, 0)
    found = [Browser(app, REMOTE_ADDR=f"2001:db8::{number}").log_in("salah").status_code for number in range(1, 7)]
    assert found == [403] * 5 + [429]
    assert Browser(app, REMOTE_ADDR="2001:db8:0:1::1").log_in().status_code == 303


def test_guessing_from_everywhere_slows_only_addresses_that_never_logged_in(make: Make) -> None:
    app = make()
    at(app, 0)
    assert Browser(app, REMOTE_ADDR="198.51.100.1").log_in().status_code == 303
    found = [Browser(app, REMOTE_ADDR=f"192.0.2.{number}").log_in("salah").status_code for number in range(51)]
    assert found == [403] * 50 + [429]
    assert Browser(app, REMOTE_ADDR="198.51.100.1").log_in().status_code == 303
    assert Browser(app, REMOTE_ADDR="198.51.100.2").log_in().status_code == 429


def test_whoever_has_waited_gets_in(make: Make) -> None:
    app = make()
    at(app, 0)
    assert [Browser(app).log_in("salah").status_code for _ in range(5)] == [403] * 5
    slowed = Browser(app).log_in()
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "2")
    at(app, 2.5)
    assert Browser(app).log_in().status_code == 303
    at(app, 3)
    assert [act for act in acts(app) if act[1] != "failed login"] == [("", "login", "")]


def test_guessing_the_names_is_slow_too(make: Make) -> None:
    app = make(CHATBOT_CONSOLE_PASSWORD=STAFF)
    at(app, 0)
    found = [Browser(app, REMOTE_ADDR="192.0.2.7").log_in("salah", f"nama{number}").status_code for number in range(21)]
    assert found == [403] * 20 + [429]
    assert Browser(app, REMOTE_ADDR="192.0.2.8").log_in(name="ani").status_code == 303


def test_a_session_ends_when_its_password_is_changed(make: Make, tmp_path: Path) -> None:
    browser = Browser(make())
    browser.log_in()
    cookie = browser.client.get_cookie("chatbot_console", path=CONSOLE)
    assert cookie is not None
    other = Browser(console_app(tmp_path, CHATBOT_CONSOLE_PASSWORD=HASHED.replace("pbkdf2", "pbkdf2", 1)[:-1] + "0"))
    other.client.set_cookie("chatbot_console", cookie.value, path=CONSOLE)
    assert other.get("/chat").status_code == 303
    again = Browser(console_app(tmp_path))
    again.client.set_cookie("chatbot_console", cookie.value, path=CONSOLE)
    assert again.get("/chat").status_code == 200


@pytest.mark.parametrize("cookie", ["x", "", "a.b.c", "WyJhIiwiIiwiIixmYWxzZV0.awlT2w.xrToRCfSIcWinIwdqKSEOGwXDKE"])
def test_a_cookie_that_is_none_of_ours_counts_for_nothing(make: Make, cookie: str) -> None:
    browser = Browser(make())
    browser.client.set_cookie("chatbot_console", cookie, path=CONSOLE)
    assert browser.get("/chat").status_code == 303


def test_logging_out_ends_the_session(make: Make) -> None:
    app = make()
    browser = Browser(app)
    browser.log_in()
    browser.get("/chat")
    assert browser.post("/logout").headers["Location"] == f"{CONSOLE}/login"
    assert browser.get("/chat").status_code == 303
    assert [act[:2] for act in acts(app)] == [("", "login"), ("", "logout")]


@pytest.mark.parametrize("name", ["", "ani"])
def test_a_copied_cookie_is_worth_nothing_once_its_session_was_logged_out_of(make: Make, tmp_path: Path, name: str) -> None:
    config = {"CHATBOT_CONSOLE_PASSWORD": STAFF} if name else {}
    ours, copy, other = (Browser(make(**config)) for _ in range(3))  # three processes with one database
    for browser in (ours, other):
        browser.log_in(name=name)
    ours.get("/chat")
    cookie = ours.client.get_cookie("chatbot_console", path=CONSOLE)
    assert cookie is not None
    copy.client.set_cookie("chatbot_console", cookie.value, path=CONSOLE)
    assert copy.get("/chat").status_code == 200
    ours.post("/logout")
    assert (copy.get("/chat").status_code, copy.post("/numbers", show="yes").status_code) == (303, 403)
    assert other.get("/chat").status_code == 200
    ours.log_in(name=name)
    assert ours.get("/chat").status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_change_without_the_token_is_refused(make: Make, token: str) -> None:
    browser = Browser(make())
    browser.log_in()
    browser.get("/chat")
    assert browser.post("/logout", token=token).status_code == 403
    assert browser.get("/chat").status_code == 200


def test_a_token_of_another_session_is_refused(make: Make) -> None:
    app = make()
    ours, theirs = Browser(app), Browser(app)
    ours.log_in()
    theirs.get("/login")
    ours.get("/chat")
    assert ours.post("/logout", token=theirs.token).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://jahat.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_a_change_from_another_site_is_refused(make: Make, headers: dict[str, str]) -> None:
    browser = Browser(make())
    browser.log_in()
    browser.get("/chat")
    assert browser.post("/logout", headers).status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}])
def test_a_change_on_a_page_of_ours_is_made(make: Make, headers: dict[str, str]) -> None:
    browser = Browser(make())
    browser.log_in()
    browser.get("/chat")
    assert browser.post("/logout", headers).status_code == 303


@pytest.mark.parametrize(("name", "status"), [("lia", 403), ("ani", 200), ("budi", 200)])
def test_a_role_includes_those_before_it_and_no_others(make: Make, name: str, status: int) -> None:
    browser = Browser(make(CHATBOT_CONSOLE_PASSWORD=STAFF))
    browser.log_in(name=name)
    assert browser.get("/chat").status_code == 200
    assert browser.post("/chat", text="halo", number="6281200000000").status_code == status


def test_what_the_roles_are_is_told_at_start(make: Make) -> None:
    wrong = {"ani": {"role": "admin", "password": HASHED}, "budi": "rahasia", "c d": {"role": "look", "password": "rahasia"}}
    with pytest.raises(ConfigError) as caught:
        make(CHATBOT_CONSOLE_PASSWORD=wrong)
    assert [str(each.message).removeprefix("CHATBOT_CONSOLE_PASSWORD ") for each in caught.value.problems] == [
        "in app.config: 'ani': the role is one of look, answer, edit.",
        """in app.config: 'budi': write {"role": "answer", "password": "scrypt:..."}.""",
        "in app.config: the name 'c d': a name has 1 to 60 characters and no white space.",
        "in app.config: 'c d': the password is not the hash of one. Make one with: flask chatbot console-password",
    ]


def test_a_password_in_place_of_its_hash_is_told_without_showing_it(make: Make) -> None:
    with pytest.raises(ConfigError) as caught:
        make(CHATBOT_CONSOLE_PASSWORD=PASSWORD)
    assert "is not the hash of a password" in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_the_apps_own_login_guards_the_console(make: Make) -> None:
    bot = Chatbot()

    @bot.console_guard
    def guard() -> object:
        user = request.headers.get("X-User")
        return (user, "answer") if user else redirect("/login")

    app = make(bot)
    browser = Browser(app)
    assert browser.get("/chat").headers["Location"] == "/login"
    assert browser.get("/chat", **{"X-User": "ani"}).status_code == 200
    assert browser.post("/numbers", {"X-User": "ani"}, show="yes").status_code == 303
    assert acts(app) == [("ani", "numbers shown", "")]


@pytest.mark.parametrize("answer", [None, "admin", True, ("ani", "root")])
def test_a_guard_that_names_no_role_lets_nobody_in(make: Make, answer: object) -> None:
    bot = Chatbot()
    bot.console_guard(lambda: answer)
    status = Browser(make(bot)).get("/chat").status_code
    assert status == (403 if answer is None else 500)


def debug_app(make: Make) -> Flask:
    app = make(CHATBOT_CONSOLE_PASSWORD=None)
    app.debug = True
    return app


def test_a_debug_server_prints_a_link_that_works_once(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    app = debug_app(make)
    first, second = Browser(app), Browser(app)
    assert [first.get("/chat").status_code, first.get("/chat").status_code] == [403, 403]
    (path,) = re.findall(rf"http://localhost{CONSOLE}(/enter\?token=[\w-]+)", capsys.readouterr().err)
    assert first.get(path).headers["Location"] == CONSOLE
    assert first.get("/chat").status_code == 200
    assert [second.get(path).status_code, second.get("/chat").status_code] == [403, 403]


PROXIES = (
    "Forwarded Via CDN-Loop X-Forwarded X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Prefix X-Original-Host "
    "X-Original-URL X-Original-Forwarded-For X-Real-IP X-Client-IP X-Cluster-Client-IP X-Azure-ClientIP True-Client-IP Fly-Client-IP "
    "Fastly-Client-IP CF-Connecting-IP DO-Connecting-IP X-ProxyUser-Ip X-Envoy-External-Address X-Remote-Addr X-Scheme X-Host "
    "Proxy-Connection"
).split()
BROWSERS = (  # what Chromium, Firefox and Safari send, and htmx
    "Accept Accept-Encoding Accept-Language Cache-Control Connection Content-Length Content-Type Cookie DNT If-Modified-Since "
    "If-None-Match Origin Pragma Priority Range Referer Save-Data Sec-CH-UA Sec-CH-UA-Mobile Sec-CH-UA-Platform Sec-Fetch-Dest "
    "Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Sec-GPC Sec-Purpose TE Upgrade-Insecure-Requests User-Agent HX-Boosted "
    "HX-Current-URL HX-Request HX-Target HX-Trigger HX-Trigger-Name HX-Prompt X-Chatbot-Token X-Requested-With"
).split()


def test_nothing_that_a_browser_sends_is_taken_for_a_proxys() -> None:
    assert [name for name in ("Host", *BROWSERS) if is_forwarded([name])] == []


@pytest.mark.parametrize(
    ("headers", "environ"),
    [
        ({"Host": "toko.example.com"}, {}),
        ({"Host": "127.0.0.1.example.com"}, {}),
        *(({name: "127.0.0.1"}, {}) for name in PROXIES),
        ({}, {"REMOTE_ADDR": "192.0.2.1"}),
        ({}, {"SERVER_SOFTWARE": "gunicorn/23"}),
    ],
)
def test_the_link_of_a_debug_server_is_for_this_machine_alone(
    make: Make, capsys: pytest.CaptureFixture[str], headers: dict[str, str], environ: dict[str, str]
) -> None:
    assert Browser(debug_app(make), **environ).get("/chat", **headers).status_code == 404
    assert "enter?token" not in capsys.readouterr().err


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000", "[::1]"])
def test_this_machine_may_be_called_by_any_of_its_names(make: Make, host: str) -> None:
    assert Browser(debug_app(make)).get("/chat", Host=host).status_code == 403


def test_numbers_are_masked_until_the_viewer_asks_and_the_log_knows(make: Make) -> None:
    app = make()
    browser = Browser(app)
    browser.log_in()
    assert "Show whole numbers" in browser.get("/connection").text
    assert browser.post("/numbers", show="yes", back="/connection").headers["Location"] == f"{CONSOLE}/connection"
    assert "Mask numbers" in browser.get("/connection").text
    assert acts(app)[1:] == [("", "numbers shown", "")]


@pytest.mark.parametrize("back", ["//jahat.example", "https://jahat.example", "/..", "/\\jahat"])
def test_a_form_leads_back_to_pages_of_the_console_only(make: Make, back: str) -> None:
    browser = Browser(make())
    browser.log_in()
    browser.get("/chat")
    assert browser.post("/numbers", show="yes", back=back).headers["Location"].startswith(CONSOLE)


def test_the_pages_speak_the_language_of_the_browser_or_the_one_chosen(make: Make) -> None:
    browser = Browser(make())
    assert "Kata sandi" in browser.get("/login", **{"Accept-Language": "id-ID,id;q=0.9"}).text
    assert browser.post("/language", language="id", back="/login").status_code == 303
    assert "Kata sandi" in browser.get("/login", **{"Accept-Language": "en"}).text


def test_no_password_gets_into_the_log(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Browser(make()).log_in("sandi-yang-salah")
        Browser(make()).log_in()
    assert [word for word in ("sandi-yang-salah", PASSWORD, HASHED) if word in caplog.text] == []


def test_hosts_that_check_tokens_of_their_own_let_the_console_be(make: Make) -> None:
    bot = Chatbot()
    app = make(bot)

    @app.before_request
    def refuse() -> Response | None:
        return Response("no", 400) if request.method == "POST" and request.endpoint is None else None

    assert Browser(app).log_in().status_code == 303


def test_the_files_of_other_projects_are_what_they_were(make: Make) -> None:
    from flask_chatbot.console import blueprint as module

    folder = Path(module.__file__).parent / "static/vendor"
    listed = json.loads((folder / "vendor.json").read_text("utf-8"))
    from hashlib import sha256

    assert {each["file"]: each["sha256"] for each in listed} == {
        path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.suffix in (".js", ".css")
    }
    licences = (folder / "LICENSES.txt").read_text("utf-8")
    parts = [part for each in listed for part in each.get("made_of", [f"{each['package']} {each['version']}, {each['licence']}"])]
    assert [part for part in parts if part not in licences] == []


@pytest.mark.parametrize(
    ("back", "led_to"),
    [
        ("/inbox/01ABC?until=1.5&q=a%20b", "/inbox/01ABC?until=1.5&q=a%20b"),
        ("/edit?file=rules.yaml&line=3", "/edit?file=rules.yaml&line=3"),
        ("//evil.example", ""),
        ("/../../x", ""),
        ("https://evil.example/", ""),
        ("/a\r\nSet-Cookie: a=b", ""),
        ("/\\evil.example", ""),
        ("", ""),
    ],
)
def test_a_viewer_stays_on_the_page_and_is_led_nowhere_else(tmp_path: Path, back: str, led_to: str) -> None:
    browser = Browser(console_app(tmp_path))
    browser.log_in()
    browser.get("/inbox")
    assert browser.post("/language", back=back, language="id").headers["Location"] == f"{CONSOLE}{led_to}"


def test_each_page_names_itself_for_the_way_back(tmp_path: Path) -> None:
    browser = Browser(console_app(tmp_path))
    browser.log_in()
    assert browser.get("/inbox?q=a+%22b%22&show=").text.count('name="back" value="/inbox?q=a+%22b%22&amp;show="') == 2
