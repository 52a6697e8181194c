"""The editor: checks, tests, trials, saving to the byte, versions, and nothing beyond."""

import json
import os
import re
import sys
import threading
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot.cli.main import chatbot
from tests.apps import KEY
from tests.console.browsers import HASHED, PASSWORD, RULES, Browser, console_app, text_of

TESTED = RULES.replace("    reply: Halo *", "    tests: [{send: halo, reply_has: [Halo]}]\n    reply: Halo *")


def editing(folder: Path, rules: str | bytes = RULES, **config: object) -> tuple[Flask, Browser]:
    """An app whose console edits, with rules, and a browser that is logged in to it."""
    app = console_app(folder, None, rules=RULES, CHATBOT_CONSOLE_EDIT=True, **config)
    (folder / "rules.yaml").write_bytes(rules.encode() if isinstance(rules, str) else rules)
    app.extensions["chatbot"].bot.reload()
    browser = Browser(app)
    browser.log_in()
    return app, browser


def opened(browser: Browser, file: str = "") -> dict[str, str]:
    """The fields of the editor's form, as a browser sends them: with CR LF."""
    page = browser.get(f"/edit?file={file}").text
    fields = dict(re.findall(r'name="(file|opened)"[^>]* value="([^"]*)"', page))
    text = re.search(r'<textarea id="source".*?>\n(.*?)</textarea>', page, re.DOTALL)
    assert text is not None, page
    return {**fields, "text": unescape(text[1]).replace("\n", "\r\n")}


def answer(app: Flask, text: str) -> str:
    call = {"keyword": text, "data": [], "webhookkey": KEY, "from": "628333"}
    return app.test_client().post("/chatbot/webhook", json=call).text


def test_a_change_that_passes_is_saved_and_in_use_at_once(tmp_path: Path) -> None:
    app, browser = editing(tmp_path, TESTED)
    form = opened(browser)
    text = form["text"].replace("Halo *", "Hai, Halo *")
    saved = browser.post("/edit", None, **{**form, "text": text, "do": "save"})
    assert (saved.status_code, "Saved. The rules are in use. Tests run: 1." in text_of(saved)) == (200, True)
    assert (tmp_path / "rules.yaml").read_text("utf-8") == TESTED.replace("Halo *", "Hai, Halo *")
    assert "Hai, Halo" in answer(app, "halo")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("repply: x", "rules.yaml:5:5 unknown key 'repply'"),
        ("reply: '{{ nma }}'", "nma"),
        ("tests: [{send: halo, reply: Selamat pagi}]\r\n    reply: Hai", "test salam::1"),
        ("reply: [", "rules.yaml"),
    ],
)
def test_what_does_not_pass_is_not_saved(tmp_path: Path, wrong: str, said: str) -> None:
    app, browser = editing(tmp_path)
    form = opened(browser)
    text = re.sub(r"    reply: Halo [^\r]*", lambda _: f"    {wrong}", form["text"])
    refused = browser.post("/edit", None, **{**form, "text": text, "do": "save"})
    assert refused.status_code == 422
    assert "Not saved: the rules would not be used with this text." in text_of(refused)
    assert said in text_of(refused)
    assert wrong.splitlines()[0] in unescape(refused.text)  # what was written is still there
    assert (tmp_path / "rules.yaml").read_text("utf-8") == RULES
    assert list((tmp_path / "instance").rglob("chatbot-rules/*")) == []
    assert "Halo *Kak*!" in answer(app, "halo")


ODD = b"\xef\xbb\xbf# Toko   \r\n" + RULES.encode().replace(b"\n", b"\r\n") + b"\r\n   # akhir\t"


@pytest.mark.parametrize("before", [RULES.encode(), ODD, RULES.encode().replace(b"\n", b"\r\n", 5), RULES.encode().rstrip()])
def test_all_that_was_not_changed_stays_to_the_byte(tmp_path: Path, before: bytes) -> None:
    _, browser = editing(tmp_path, before)
    form = opened(browser)
    assert browser.post("/edit", None, **form, do="save").status_code == 200
    assert (tmp_path / "rules.yaml").read_bytes() == before
    form = opened(browser)
    assert (
        browser.post("/edit", None, **{**form, "text": form["text"].replace("belum paham", "kurang paham")}, do="save").status_code == 200
    )
    assert (tmp_path / "rules.yaml").read_bytes() == before.replace(b"belum paham", b"kurang paham")


def test_a_file_that_was_changed_underneath_is_left_alone(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    form = opened(browser)
    theirs = RULES.replace("dicatat", "tercatat")
    (tmp_path / "rules.yaml").write_text(theirs, "utf-8")
    refused = browser.post("/edit", None, **{**form, "text": form["text"].replace("Halo *", "Hai *")}, do="save")
    assert refused.status_code == 422
    assert "the file was changed after you opened it" in text_of(refused)
    assert "Hai *" in unescape(refused.text)
    assert (tmp_path / "rules.yaml").read_text("utf-8") == theirs
    again = browser.post("/edit", None, **{**form, "text": form["text"].replace("Halo *", "Hai *")}, do="save")
    assert again.status_code == 422


def test_ten_versions_are_kept_with_their_differences_and_a_way_back(tmp_path: Path) -> None:
    app, browser = editing(tmp_path)
    for number in range(12):
        form = opened(browser)
        assert (
            browser.post("/edit", None, **{**form, "text": re.sub(r"paham\d*", f"paham{number}", form["text"])}, do="save").status_code
            == 200
        )
    page = browser.get("/edit")
    links = re.findall(r'href="[^"]*/edit/versions\?([^"]*)"', page.text)
    assert len(links) == 10
    difference = browser.get(f"/edit/versions?{unescape(links[-1])}")
    assert "-    reply: Maaf, belum paham2." in difference.text
    assert "+    reply: Maaf, belum paham11." in difference.text
    back = re.search(r'href="[^"]*(/edit\?file=[^"]*version=[^"]*)"', difference.text)
    assert back is not None
    earlier = browser.get(unescape(back[1]))
    assert "paham2." in earlier.text
    fields = dict(re.findall(r'name="(file|opened)"[^>]* value="([^"]*)"', earlier.text))
    text = RULES.replace("paham", "paham2")
    assert browser.post("/edit", None, **fields, text=text, do="save").status_code == 200
    assert "paham2" in answer(app, "xyz")


def test_a_version_that_is_not_there_is_refused(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    for name in ("../../rules.yaml", "000000000000001.x.yaml", "%00", ""):
        assert browser.get(f"/edit/versions?version={name}").status_code == 404


INCLUDING = "version: 1\ninclude: [menu/*.yaml]\n" + RULES.removeprefix("version: 1\n")
MENU = "rules:\n  - name: jam\n    keyword: jam\n    reply: Buka jam 8.\n"


def test_each_included_file_is_edited_by_itself_and_checked_with_the_others(tmp_path: Path) -> None:
    (tmp_path / "menu").mkdir()
    (tmp_path / "menu" / "a.yaml").write_text(MENU, "utf-8")
    app, browser = editing(tmp_path, INCLUDING)
    assert "menu/a.yaml" in browser.get("/edit").text
    form = opened(browser, "menu/a.yaml")
    taken = browser.post("/edit", None, **{**form, "text": form["text"].replace("name: jam", "name: salam")}, do="save")
    assert "the name 'salam' is taken" in text_of(taken)
    assert browser.post("/edit", None, **{**form, "text": form["text"].replace("jam 8", "jam 9")}, do="save").status_code == 200
    assert (tmp_path / "menu" / "a.yaml").read_text("utf-8") == MENU.replace("jam 8", "jam 9")
    assert "jam 9" in answer(app, "jam")
    assert (tmp_path / "rules.yaml").read_text("utf-8") == INCLUDING


@pytest.mark.parametrize("name", ["../rahasia.yaml", "/etc/passwd", "menu/../../rahasia.yaml", "instance", "rules.yaml%00", "luar.yaml"])
def test_no_other_file_is_opened(tmp_path: Path, name: str) -> None:
    shop = tmp_path / "toko"
    shop.mkdir()
    (tmp_path / "rahasia.yaml").write_text("kunci: rahasia\n", "utf-8")
    (shop / "luar.yaml").symlink_to(tmp_path / "rahasia.yaml")
    _, browser = editing(shop)
    for answer_ in (browser.get(f"/edit?file={name}"), browser.post("/edit", file=name, text="a", do="save")):
        assert answer_.status_code == 404
        assert "kunci" not in answer_.text


@pytest.mark.parametrize(
    "line",
    [
        "include: [../*.yaml]",
        "include: /etc/*.yaml",
        "include: ['*.env']",
        "tables: {x: kunci.env}",
        "sentences: ../rahasia.yaml",
        'include: ["C:x.yaml"]',
    ],
)
def test_a_draft_reads_no_file_elsewhere_and_none_of_another_kind(tmp_path: Path, line: str) -> None:
    shop = tmp_path / "toko"
    shop.mkdir()
    (tmp_path / "rahasia.yaml").write_text("kunci: rahasia\n", "utf-8")
    (shop / "kunci.env").write_text("SECRET_KEY=rahasia\n", "utf-8")
    _, browser = editing(shop)
    form = opened(browser)
    text = form["text"].replace("version: 1\r\n", f"version: 1\r\n{line}\r\n")
    for do in ("check", "test", "try", "yesterday", "save"):
        said = browser.post("/edit", None, **{**form, "text": text}, do=do, texts="halo")
        if do == "yesterday":
            continue  # nothing was written yet
        assert "the console adds only files in the folder of rules.yaml" in text_of(said)
        assert "SECRET" not in said.text
    assert (shop / "rules.yaml").read_text("utf-8") == RULES


def test_problems_are_those_of_check_with_their_lines(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    form = opened(browser)
    text = form["text"].replace("keyword: daftar", "keywrd: daftar") + "  - name: sunyi\r\n    keyword: sunyi\r\n"
    found = json.loads(browser.post("/edit/check", None, **{**form, "text": text}).text)
    assert [(each["line"], each["column"], each["severity"]) for each in found][:1] == [(11, 5, "error")]
    assert found[0]["message"].startswith("unknown key 'keywrd'")
    only = browser.post("/edit/check", None, **{**form, "text": form["text"] + "  - name: sunyi\r\n    keyword: sunyi\r\n"})
    assert [(each["line"], each["severity"]) for each in json.loads(only.text)] == [(RULES.count("\n") + 1, "warning")]


def test_texts_are_tried_in_one_conversation_beside_the_rules_in_use(tmp_path: Path) -> None:
    app, browser = editing(tmp_path)
    form = opened(browser)
    text = form["text"].replace("Kota mana?", "Di kota mana?")
    said = text_of(browser.post("/edit", None, **{**form, "text": text}, do="try", texts="daftar\r\nSolo\r\nhalo"))
    assert "3 texts were answered. One answer changes." in said
    assert "Now daftar Kota mana? With this text daftar Di kota mana?" in said
    assert "Solo dicatat." in said
    with app.extensions["chatbot"].make_database().reading() as connection:
        from sqlalchemy import func, select

        from flask_chatbot.database.saved_tables import saved
        from flask_chatbot.database.tables import inbox, messages, states

        assert [connection.execute(select(func.count()).select_from(each)).scalar() for each in (inbox, messages, states, saved)] == [0] * 4


def test_real_messages_show_which_answers_would_change(tmp_path: Path) -> None:
    app, browser = editing(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    form = opened(browser)
    assert "Nobody has written since yesterday" in text_of(browser.post("/edit", None, **form, do="yesterday"))
    for text in ("halo", "ada parkir", "pesan#bolu#2"):
        answer(app, text)
    text = form["text"].replace("keyword: halo", "keyword: [halo, ada parkir]")
    said = text_of(browser.post("/edit", None, **{**form, "text": text}, do="yesterday"))
    assert "3 texts were answered. One answer changes." in said
    assert "ada parkir Now fallback Maaf, belum paham. With this text salam Halo *Kak*!" in said
    assert "pesan" not in said.partition("the answers to")[2].partition("Versions")[0]


def test_a_template_of_a_draft_can_neither_leave_the_sandbox_nor_run_for_long(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    form = opened(browser)
    for template in ("{{ ''.__class__.__mro__ }}", "{% for a in range(99999999) %}{{ a }}{% endfor %}", "{{ 'x' * 999999999 }}"):
        text = re.sub(r"    reply: Halo [^\r]*", lambda _: f'    reply: "{template}"', form["text"])  # noqa: B023
        said = browser.post("/edit", None, **{**form, "text": text}, do="try", texts="halo")
        assert "<class" not in unescape(said.text).replace("&lt;class", "")
        assert len(said.text) < 60_000


def test_a_text_that_is_too_large_is_refused(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    form = opened(browser)
    said = browser.post("/edit", None, **{**form, "text": form["text"] + "#" * 600_000}, do="save")
    assert (said.status_code, "larger than 512 KiB" in text_of(said)) == (422, True)
    assert browser.post("/edit", None, **{**form, "text": "x" * 3_000_000}, do="save").status_code == 413
    assert (tmp_path / "rules.yaml").read_text("utf-8") == RULES


def test_a_file_that_is_no_text_is_not_opened(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    (tmp_path / "rules.yaml").write_bytes(b"\xff\xfe\x00")
    assert browser.get("/edit").status_code == 422


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="folders that cannot be written need another user than root")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    shop = tmp_path / "toko"
    shop.mkdir()
    _, browser = editing(shop)
    form = opened(browser)
    shop.chmod(0o555)
    try:
        said = browser.post("/edit", None, **{**form, "text": form["text"].replace("Halo *", "Hai *")}, do="save")
    finally:
        shop.chmod(0o755)
    assert "cannot be written: Permission denied." in text_of(said)


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    form = opened(browser)
    (tmp_path / "instance" / "chatbot-rules").write_text("a file where a folder is wanted", "utf-8")
    said = browser.post("/edit", None, **{**form, "text": form["text"].replace("Halo *", "Hai *")}, do="save")
    assert "cannot be written" in text_of(said)
    assert (tmp_path / "rules.yaml").read_text("utf-8") == RULES


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_a_saved_file_keeps_its_mode(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    (tmp_path / "rules.yaml").chmod(0o640)
    form = opened(browser)
    assert browser.post("/edit", None, **{**form, "text": form["text"].replace("Halo *", "Hai *")}, do="save").status_code == 200
    assert (tmp_path / "rules.yaml").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_only_the_role_edit_edits_and_only_where_it_is_allowed(tmp_path: Path) -> None:
    accounts = {"ani": {"role": "answer", "password": HASHED}}
    app = console_app(tmp_path, CHATBOT_CONSOLE_EDIT=True, CHATBOT_CONSOLE_PASSWORD=accounts)
    ani = Browser(app)
    ani.log_in(name="ani")
    assert ani.get("/edit").status_code == 403
    assert ani.post("/edit", file="rules.yaml", text="x", do="save").status_code == 403
    off = Browser(console_app(tmp_path))
    off.log_in(PASSWORD)
    for answer_ in (off.get("/edit"), off.post("/edit", text="x", do="save"), off.post("/edit/check"), off.get("/edit/keys")):
        assert answer_.status_code == 403
    assert "CHATBOT_CONSOLE_EDIT" in off.get("/edit").text


def test_saving_needs_the_token_of_the_session(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    form = opened(browser)
    refused = browser.post("/edit", None, **{**form, "token": "0" * 64, "text": form["text"].replace("Halo", "Hai")}, do="save")
    assert refused.status_code == 403
    assert (tmp_path / "rules.yaml").read_text("utf-8") == RULES


def test_a_save_is_in_the_audit_log(tmp_path: Path) -> None:
    from flask_chatbot.store.console import audit

    app, browser = editing(tmp_path)
    browser.post("/edit", None, **opened(browser), do="save")
    with app.extensions["chatbot"].make_database().reading() as connection:
        act = audit.latest(connection, 1)[0]
    assert (act.action, act.about) == ("rules saved", "rules.yaml")


def test_keys_are_completed_from_the_schema_in_the_language_of_the_page(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    found = {each["label"]: each["info"] for each in json.loads(browser.get("/edit/keys?path=rules%0A-").text)}
    assert {"keyword", "similar", "reply", "when"} <= set(found)
    assert all(found.values())
    browser.get("/edit")
    assert browser.post("/language", language="id").status_code == 303
    assert json.loads(browser.get("/edit/keys?path=rules%0A-").text)[0]["info"] != next(iter(found.values()))
    assert json.loads(browser.get("/edit/keys?path=tidak%0Aada").text) == []


def test_rules_that_are_not_reloaded_wait_for_the_next_start(tmp_path: Path) -> None:
    app, browser = editing(tmp_path, CHATBOT_RELOAD=False)
    form = opened(browser)
    saved = browser.post("/edit", None, **{**form, "text": form["text"].replace("Halo *", "Hai *")}, do="save")
    assert "once the app is started again" in text_of(saved)
    assert "Halo" in answer(app, "halo")


def test_a_part_of_the_page_is_enough_for_htmx(tmp_path: Path) -> None:
    _, browser = editing(tmp_path)
    form = opened(browser)
    part = browser.post("/edit", {"HX-Request": "true"}, **form, do="save")
    assert "<html" not in part.text
    assert 'name="opened"' in part.text


def test_a_chatbot_is_not_confused_by_two_apps(tmp_path: Path) -> None:
    """Versions of two shops with one file name are kept apart."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        _, browser = editing(tmp_path / name)
        assert "Nothing has been saved here yet" in text_of(browser.get("/edit"))
        browser.post("/edit", None, **opened(browser), do="save")


def test_what_the_page_says_is_what_the_command_says(tmp_path: Path) -> None:
    app, browser = editing(tmp_path)
    form = opened(browser)
    wrong = form["text"].replace("reply: Maaf", "repply: Maaf").replace("keyword: daftar", "keyword: [daftar, daftar]")
    found = json.loads(browser.post("/edit/check", None, **{**form, "text": wrong}).text)
    (tmp_path / "rules.yaml").write_text(wrong.replace("\r\n", "\n"), "utf-8")
    said = app.test_cli_runner().invoke(chatbot, ["check"]).output
    assert found, said
    assert [f":{each['line']}:{each['column']}: {each['message']}" for each in found if each["message"] not in said] == []
    assert said.count("rules.yaml:") >= len(found)


def test_of_two_who_save_at_once_one_is_refused(tmp_path: Path) -> None:
    app, browser = editing(tmp_path)
    form, start, answers = opened(browser), threading.Barrier(2), []
    others = [browser, Browser(app)]
    others[1].log_in()
    opened(others[1])

    def save(number: int) -> None:
        start.wait()
        text = form["text"].replace("dicatat", f"dicatat {number}")
        answers.append(others[number].post("/edit", None, **{**form, "text": text}, do="save").status_code)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 422]


def test_a_handler_that_was_missing_before_keeps_nobody_from_saving(tmp_path: Path) -> None:
    rules = RULES + "  - name: harga\n    keyword: harga\n    needs: [total]\n    reply: '{{ total }}'\n"
    app, browser = editing(tmp_path, rules)
    form = opened(browser)
    assert browser.post("/edit", None, **{**form, "text": form["text"].replace("Halo *", "Hai *")}, do="save").status_code == 200
    assert "Hai *" in answer(app, "halo")
    form = opened(browser)
    more = form["text"] + "  - name: stok\r\n    keyword: stok\r\n    needs: [sisa]\r\n    reply: '{{ sisa }}'\r\n"
    refused = browser.post("/edit", None, **{**form, "text": more}, do="save")
    assert (refused.status_code, "needs sisa" in text_of(refused)) == (422, True)
