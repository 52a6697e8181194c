"""What fell through becomes a phrase or a rule, and nothing else of the file changes."""

from pathlib import Path

import pytest
import yaml
from flask import Flask

from flask_chatbot.console.editing.inserting import with_phrase, with_rule
from tests.apps import KEY
from tests.console.browsers import RULES, Browser, console_app, text_of

NEAR = RULES.replace("    keyword: halo\n", "    keyword: halo  # salam pembuka\n    similar: [apakah toko sudah buka]\n")


def serving(folder: Path, rules: str = NEAR, **config: object) -> tuple[Flask, Browser]:
    """An app that keeps messages, with a browser that is logged in to its console."""
    app = console_app(folder, None, rules=rules, CHATBOT_CONSOLE_EDIT=True, CHATBOT_KEEP_MESSAGES="30 days", **config)
    browser = Browser(app)
    browser.log_in()
    return app, browser


def answer(app: Flask, text: str) -> str:
    call = {"keyword": text, "data": [], "webhookkey": KEY, "from": "628333"}
    return app.test_client().post("/chatbot/webhook", json=call).text


def test_a_text_that_fell_through_becomes_a_phrase_and_is_answered(tmp_path: Path) -> None:
    app, browser = serving(tmp_path)
    text = 'toko "kak" apa sudah pada buka'
    assert "belum paham" in answer(app, text)
    assert "Add to this rule's phrases" in text_of(browser.get("/unmatched"))
    added = browser.post("/unmatched/add", None, rule="salam", text=text)
    assert added.status_code == 200
    assert "is answered by the rule salam" in text_of(added)
    assert "The rule salam answers this by now." in text_of(added)
    wanted = NEAR.replace("sudah buka]", 'sudah buka, "toko \\"kak\\" apa sudah pada buka"]')
    assert (tmp_path / "rules.yaml").read_text("utf-8") == wanted
    assert "Halo" in answer(app, text)


def test_a_text_that_fell_through_becomes_a_rule_and_is_answered(tmp_path: Path) -> None:
    app, browser = serving(tmp_path)
    answer(app, "ada parkir?")
    browser.get("/unmatched")
    made = browser.post("/unmatched/new", None, text="ada parkir?", reply="Ada:\r\n\r\nmobil dan motor")
    assert "is answered by the rule ada parkir?" in text_of(made)
    wanted = NEAR + '  - similar: ["ada parkir?"]\n    reply: |-\n      Ada:\n\n      mobil dan motor\n'
    assert (tmp_path / "rules.yaml").read_text("utf-8") == wanted
    assert "mobil dan motor" in answer(app, "ada parkir?")


@pytest.mark.parametrize("shown", ["081234567890", "6281******890"])
def test_a_customers_number_becomes_no_part_of_a_phrase_whether_the_page_shows_it_or_not(tmp_path: Path, shown: str) -> None:
    app, browser = serving(tmp_path)
    answer(app, "bisa kirim ke 081234567890 tidak?")
    if shown.isdecimal():
        browser.post("/numbers", None, show="yes")
    assert 'similar: ["bisa kirim ke tidak?"]' in text_of(browser.get("/unmatched"))
    browser.post("/unmatched/new", None, text=f"bisa kirim ke {shown} tidak?", reply="Bisa")
    wanted = NEAR + '  - similar: ["bisa kirim ke tidak?"]\n    reply: "Bisa"\n'
    assert (tmp_path / "rules.yaml").read_text("utf-8") == wanted
    assert "Bisa" in answer(app, "bisa kirim ke tidak?")


@pytest.mark.parametrize("reply", ["{{ nma }}", "{% for %}", "", "   "])
def test_an_answer_that_cannot_be_used_is_not_saved(tmp_path: Path, reply: str) -> None:
    app, browser = serving(tmp_path)
    answer(app, "ada parkir?")
    browser.get("/unmatched")
    refused = browser.post("/unmatched/new", None, text="ada parkir?", reply=reply)
    assert refused.status_code == 422
    assert ("Not saved" if reply.strip() else "Write the answer of the new rule first.") in text_of(refused)
    assert (tmp_path / "rules.yaml").read_text("utf-8") == NEAR


def test_a_rule_of_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    _, browser = serving(tmp_path, CHATBOT_RELOAD=False)
    (tmp_path / "rules.yaml").write_text("# di atas\n" + NEAR, "utf-8")
    browser.get("/unmatched")
    refused = browser.post("/unmatched/add", None, rule="salam", text="toko buka belum")
    assert (refused.status_code, "Load this page anew" in text_of(refused)) == (422, True)
    assert (tmp_path / "rules.yaml").read_text("utf-8") == "# di atas\n" + NEAR


def test_only_those_who_may_edit_are_offered_it(tmp_path: Path) -> None:
    app = console_app(tmp_path, rules=NEAR, CHATBOT_KEEP_MESSAGES="30 days")
    answer(app, "toko apa sudah pada buka")
    browser = Browser(app)
    browser.log_in()
    assert "Add to this rule" not in browser.get("/unmatched").text
    for path in ("/unmatched/add", "/unmatched/new"):
        assert browser.post(path, None, rule="salam", text="x", reply="x").status_code == 403


@pytest.mark.parametrize("file", ["../x.yaml", "/etc/passwd", "x.yaml"])
def test_no_other_file_gets_a_rule(tmp_path: Path, file: str) -> None:
    _, browser = serving(tmp_path)
    browser.get("/unmatched")
    assert browser.post("/unmatched/new", None, text="x", reply="x", file=file).status_code == 422


SHAPES = [  # the lines of a rule before and after; @ is the phrase that is added
    ("- keyword: a\n  reply: b", '- keyword: a\n  similar: ["@"]\n  reply: b'),
    ("- name: n\n  # why\n  keyword: a  # c\n  reply: b", '- name: n\n  # why\n  keyword: a  # c\n  similar: ["@"]\n  reply: b'),
    ("- keyword:\n    - a\n    - b\n  reply: c", '- keyword:\n    - a\n    - b\n  reply: c\n  similar: ["@"]'),
    ("- {keyword: a, reply: b}", '- {similar: ["@"], keyword: a, reply: b}'),
    ("- similar: x y\n  reply: b", '- similar: [x y, "@"]\n  reply: b'),
    ("- similar: 'x, y'  # c\n  reply: b", "- similar: ['x, y', \"@\"]  # c\n  reply: b"),
    ("- similar: x, \\y\n  reply: b", '- similar: ["x, \\\\y", "@"]\n  reply: b'),
    ("- similar: [x, y]\n  reply: b", '- similar: [x, y, "@"]\n  reply: b'),
    ("- similar: [x,\n    y,  # c\n  ]\n  reply: b", '- similar: [x,\n    y, "@",  # c\n  ]\n  reply: b'),
    ("- similar:\n    - x\n    - y  # c\n  reply: b", '- similar:\n    - x\n    - y  # c\n    - "@"\n  reply: b'),
    ("- similar:\n  - x\n\n  # c\n  reply: b", '- similar:\n  - x\n  - "@"\n\n  # c\n  reply: b'),
    ("- similar:\n    - >-\n      x\n      y\n  reply: b", '- similar:\n    - >-\n      x\n      y\n    - "@"\n  reply: b'),
    ("- reply: |\n    b\n\n  keyword: a", '- reply: |\n    b\n\n  keyword: a\n  similar: ["@"]'),
]
HEAD = "\ufeff# kepala\nversion: 1\nrules:\n".removeprefix("\ufeff")


@pytest.mark.parametrize(("before", "after"), SHAPES)
@pytest.mark.parametrize("rest", ["", "\n", "\n- keyword: z\n  reply: z\n", "\n\n# kaki\nvars: {a: b}\n"])
def test_a_phrase_is_added_in_the_way_that_the_rule_is_written(before: str, after: str, rest: str) -> None:
    made = with_phrase(HEAD + before + rest, 4, "p q")
    assert made == HEAD + after.replace("@", "p q") + rest
    assert "p q" in str(yaml.safe_load(made)["rules"][0]["similar"])


@pytest.mark.parametrize(
    "rule", ["- &a {keyword: a}\n- similar: *b", "- similar: |\n    x\n  reply: b", "- similar: x\n    y\n  reply: b", "- a"]
)
def test_what_is_written_in_an_unusual_way_is_left_alone(rule: str) -> None:
    assert with_phrase(f"{HEAD}{rule}\n", 5 if "*b" in rule else 4, "p") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rules:\n  - keyword: a\n    reply: |\n      b\n      c\n", "rules:\n  - keyword: a\n    reply: |\n      b\n      c\n@"),
        ("rules:\n  - keyword: a\n    reply: b", "rules:\n  - keyword: a\n    reply: b\n@"),
        (
            "rules:\n  - keyword: a\n    reply:\n      - b\n      - c  # d\n\n# kaki\n",
            "rules:\n  - keyword: a\n    reply:\n      - b\n      - c  # d\n@\n# kaki\n",
        ),
        ("rules:\n  - {keyword: a, reply: b}\nvars: {c: d}\n", "rules:\n  - {keyword: a, reply: b}\n@vars: {c: d}\n"),
        ("vars: {c: d}\n", "vars: {c: d}\nrules:\n@"),
    ],
)
def test_a_rule_is_added_below_the_last_one(before: str, after: str) -> None:
    rule = '  - similar: ["p"]\n    reply: "q"\n'
    made = with_rule(before, "p", "q")
    assert made is not None
    assert (made + "\n" if not made.endswith("\n") else made) == after.replace("@", rule)
    assert yaml.safe_load(made)["rules"][-1] == {"similar": ["p"], "reply": "q"}


@pytest.mark.parametrize("text", ["rules: [{keyword: a}]\n", "rules: []\n", "rules: &a\n  - b\nx: *a\n"])
def test_a_list_in_brackets_is_left_alone(text: str) -> None:
    made = with_rule(text, "p", "q")
    assert made is None or yaml.safe_load(made)["rules"][-1] == {"similar": ["p"], "reply": "q"}
