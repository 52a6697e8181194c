"""A kind of reply is its class and one entry in the registry; who reads the registry needs to know no more of it."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

import flask_chatbot
from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.loading.addresses import LocalFiles
from flask_chatbot.core.loading.documents import SourceFile
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.replies import ReplyBuilder
from flask_chatbot.core.templates.answers import make_all
from flask_chatbot.core.templates.template import Sandbox
from flask_chatbot.core.values.replies import KINDS, Image, Text, kind_of
from flask_chatbot.core.values.reply_kinds import ReplyKind
from flask_chatbot.core.values.stored import read_reply, type_of, write_reply
from flask_chatbot.core.values.written import reply_data, reply_of, reply_text
from flask_chatbot.core.yamltext.nodes import Scalar


@dataclass(frozen=True, slots=True)
class Animation(Image):
    """A kind that extends another."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A kind like no other, with a part of each sort."""

    question: str
    choices: tuple[str, ...]
    hours: float
    note: str = ""


WITH_MORE = {
    **KINDS,
    "animation": ReplyKind("animation", Animation, type="animation", needs="url"),
    "poll": ReplyKind("poll", Poll, type="poll", needs="question"),
}
ANIMATION = Animation("https://example.com/a.webp", caption="Halo")
POLL: Any = Poll("Kapan?", ("Senin", "Sabtu"), 1.5)
BOTH = pytest.mark.parametrize(
    ("reply", "stored", "written"),
    [
        (
            ANIMATION,
            '{"kind":"animation","url":"https://example.com/a.webp","caption":"Halo"}',
            {"animation": {"url": "https://example.com/a.webp", "caption": "Halo"}},
        ),
        (
            POLL,
            '{"kind":"poll","question":"Kapan?","choices":["Senin","Sabtu"],"hours":1.5}',
            {"poll": {"question": "Kapan?", "choices": ("Senin", "Sabtu"), "hours": 1.5}},
        ),
    ],
)


def built(data: object) -> tuple[object, ...]:
    """The replies that a rule's ``reply:`` makes for a customer called Budi."""
    place = Place(SourceFile("rules.yaml", data, Scalar("", "'", 1, 1), []), (), data, [])
    answers = ReplyBuilder(Sandbox(Locale(), {}), {"nama": ""}, LocalFiles(Path()), WITH_MORE).build(place)
    assert place.problems == []
    return make_all(answers, {"nama": "Budi"}, Random(1))


@BOTH
def test_a_new_kind_is_stored_and_read_back(reply: Any, stored: str, written: Mapping[str, object]) -> None:
    assert write_reply(reply, WITH_MORE) == stored
    assert read_reply(stored, WITH_MORE) == reply
    assert type_of(reply, WITH_MORE) == next(iter(written))


@BOTH
def test_a_new_kind_is_written_as_a_rule_file_does_and_read(reply: Any, stored: str, written: dict[str, Any]) -> None:
    assert reply_data(reply, WITH_MORE) == written
    ((kind, held),) = written.items()
    in_yaml = {kind: {key: list(value) if isinstance(value, tuple) else value for key, value in held.items()}}
    assert reply_of(in_yaml, WITH_MORE) == reply
    assert built(in_yaml) == (reply,)


def test_a_new_kind_is_shown_in_a_terminal() -> None:
    assert reply_text(ANIMATION, WITH_MORE) == "[animation] https://example.com/a.webp, Halo"
    assert reply_text(POLL, WITH_MORE) == "[poll] Kapan?, Senin, Sabtu, 1.5"


def test_the_texts_of_a_new_kind_are_templates_and_a_bare_text_is_the_part_it_needs() -> None:
    assert built(
        [{"animation": "https://example.com/{{ nama }}.webp"}, {"poll": {"question": "{{ nama }}?", "choices": "{{ nama }}"}}]
    ) == (
        Animation("https://example.com/Budi.webp"),
        Poll("Budi?", ("Budi",), 0.0),
    )


def test_a_new_kind_without_the_part_it_needs_is_left_out() -> None:
    assert built([{"animation": {"url": "{{ '' }}", "caption": "Halo"}}, "Halo"]) == (Text("Halo"),)


def test_a_class_without_an_entry_is_refused_by_its_name() -> None:
    with pytest.raises(TypeError, match=r"^Poll is no kind of reply\. Add it to the registry of reply kinds\.$"):
        kind_of(POLL)


def test_each_entry_needs_a_part_it_has() -> None:
    assert [kind.name for kind in KINDS.values() if kind.needs not in ("", *(part.name for part in kind.parts))] == []


def test_each_entry_shows_editors_what_it_means_and_an_example() -> None:
    assert [kind.name for kind in KINDS.values() if not (kind.description.endswith(".") and kind.example)] == []
    several = [kind for kind in KINDS.values() if len(kind.written) > 1]
    assert [part.name for kind in several for part in kind.written if not part.schema.get("examples")] == []


def test_each_class_is_exported_by_the_package() -> None:
    classes = [kind.make.__name__ for kind in KINDS.values()]
    missing = [name for name in classes if getattr(flask_chatbot, name, None) is None or name not in flask_chatbot.__all__]
    assert missing == [], f"Import {', '.join(missing)} in flask_chatbot/__init__.py, and list it in __all__."


CLASS = """\
@dataclass(frozen=True, slots=True)
class Animation(Media):
    \"\"\"An animation.\"\"\"


"""
ENTRY = """\
    ReplyKind(
        "animation",
        Animation,
        type="animation",
        needs="url",
        description="An animation, at an http(s) URL.",
        example="https://example.com/a.webp",
    ),
)
KINDS: Kinds"""
PROGRAM = """\
from flask import Flask
from flask_chatbot import Chatbot
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.loading.loader import read_rules
from flask_chatbot.core.values.replies import Animation
from flask_chatbot.core.values.stored import read_reply, type_of, write_reply
from flask_chatbot.core.values.written import reply_text
from flask_chatbot.testing import Chat
from flask_chatbot.wire.openapi import TYPES
from flask_chatbot.wire.webhook import write_replies

print(*read_rules("wrong.yaml").problems, sep="\\n")
app = Flask("shop", root_path=".")
app.config.update(CHATBOT_WEBHOOK_KEY="a-key-of-this-test", TESTING=True)
bot = Chatbot()

@bot.keyword("dari python")
def answer():
    return Animation("https://example.com/b.webp")

bot.init_app(app)
chat = Chat(app, nama="Budi")
(reply,) = chat.says("halo")
print(reply, *chat.says("dari python"), sep="\\n")
stored = write_reply(reply)
print(stored, read_reply(stored) == reply, type_of(reply), "animation" in TYPES)
print(write_replies([reply]).decode())
print(reply_text(reply))
print(*app.test_cli_runner().invoke(chatbot, ["test"]).output.splitlines()[-1:])
"""
ANIMATIONS = """\
version: 1
rules:
  - keyword: halo
    reply: {animation: {url: "https://example.com/{{ nama }}.webp", caption: Halo}}
    tests:
      - {send: halo, nama: Budi, reply: {animation: {url: "https://example.com/Budi.webp", caption: Halo}}}
  - keyword: hai
    reply: [{animation: "https://example.com/a.webp"}, {one_of: [{animation: "https://example.com/a.webp", weight: 2}, Hai]}]
"""
WRONG = """\
version: 1
rules:
  - keyword: halo
    reply: {animatoin: "https://example.com/a.webp"}
  - keyword: hai
    reply: {animation: {captoin: Halo}}
"""


@pytest.mark.process
def test_a_kind_is_added_in_one_file_and_the_schema_written_anew(tmp_path: Path) -> None:
    package = Path(flask_chatbot.__file__).parent
    shutil.copytree(package, tmp_path / "flask_chatbot", ignore=shutil.ignore_patterns("__pycache__"))
    registry = tmp_path / "flask_chatbot" / "core" / "values" / "replies.py"
    source = registry.read_text("utf-8")
    before = "@dataclass(frozen=True, slots=True)\nclass Location:"
    registry.write_text(source.replace(before, CLASS + before).replace(")\nKINDS: Kinds", ENTRY), "utf-8")
    (tmp_path / "rules.yaml").write_text(ANIMATIONS, "utf-8")
    (tmp_path / "wrong.yaml").write_text(WRONG, "utf-8")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-W", "ignore", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-m", "flask_chatbot.core.schema.reply_schema")
    assert run("-c", PROGRAM).splitlines() == [
        "wrong.yaml:4:13: unknown key 'animatoin'. Did you mean 'animation'?",
        "wrong.yaml:6:24: 'animation' lacks the key 'url'. Add `url: ...`.",
        "wrong.yaml:6:25: unknown key 'captoin'. Did you mean 'caption'?",
        "Animation(url='https://example.com/Budi.webp', caption='Halo', filename='')",
        "Animation(url='https://example.com/b.webp', caption='', filename='')",
        '{"kind":"animation","url":"https://example.com/Budi.webp","caption":"Halo"} True animation True',
        '{"success":true,"message":{"reply":[{"type":"message","content":"Halo\\nhttps://example.com/Budi.webp"}]}}',
        "[animation] https://example.com/Budi.webp, Halo",
        "1 test, none failed",
    ]
