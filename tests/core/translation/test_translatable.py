"""Messages that can be said in another language."""

import copy
import pickle

import pytest

from flask_chatbot.core.translation.translatable import NO_MESSAGE, all_of, any_of, linked, reason_of, tr, untranslated

INDONESIAN = {
    "unknown key {key!r}.{guess}": "kunci {key!r} tidak dikenal.{guess}",
    " Did you mean {word!r}?": " Maksudnya {word!r}?",
    "a list": "daftar",
    "{first} or {second}": "{first} atau {second}",
    "{first} and {second}": "{first} dan {second}",
}
PROBLEM = tr("unknown key {key!r}.{guess}", key="repply", guess=tr(" Did you mean {word!r}?", word="reply"))


def lookup(msgid: str) -> str:
    return INDONESIAN.get(msgid, msgid)


def test_a_message_is_its_english_text() -> None:
    assert PROBLEM == "unknown key 'repply'. Did you mean 'reply'?"
    assert hash(PROBLEM) == hash("unknown key 'repply'. Did you mean 'reply'?")


def test_a_message_is_said_in_another_language_with_the_messages_in_it() -> None:
    assert PROBLEM.said(lookup) == "kunci 'repply' tidak dikenal. Maksudnya 'reply'?"


def test_what_has_no_translation_is_said_in_english() -> None:
    assert tr("{what} is empty.", what=tr("a list")).said(lookup) == "daftar is empty."


@pytest.mark.parametrize("same", [copy.copy(PROBLEM), copy.deepcopy(PROBLEM), pickle.loads(pickle.dumps(PROBLEM))])  # noqa: S301
def test_a_copied_message_can_still_be_translated(same: object) -> None:
    assert same == PROBLEM
    assert getattr(same, "said", None) is not None
    assert type(same) is type(PROBLEM)
    assert same.said(lookup) == PROBLEM.said(lookup)


def test_texts_are_joined_without_forgetting_what_they_are_made_of() -> None:
    listed = (any_of([tr("a list"), "x"]), all_of(["a", "b", tr("a list")]), linked(", ", [tr("a list"), "{x}"]))
    assert listed == ("a list or x", "a and b and a list", "a list, {x}")
    assert [each.said(lookup) for each in listed] == ["daftar atau x", "a dan b dan daftar", "daftar, {x}"]


def test_the_words_of_somebody_else_are_never_translated() -> None:
    assert untranslated("a list").said(lookup) == "a list"
    assert untranslated(PROBLEM) is PROBLEM


def test_no_message_is_false() -> None:
    assert (bool(NO_MESSAGE), NO_MESSAGE.said(lookup)) == (False, "")


def test_an_error_keeps_the_message_it_was_made_of() -> None:
    assert reason_of(ValueError(PROBLEM)) is PROBLEM
    assert reason_of(ValueError("Kode tidak dikenal.")).said(lookup) == "Kode tidak dikenal."
    assert reason_of(ValueError()) == ""
