"""How much of what a handler returned is looked at."""

import logging
from collections.abc import Iterator
from itertools import count, repeat

import pytest

from flask_chatbot.bot.returned import ITEMS_LIMIT, replies_of
from flask_chatbot.core.values.replies import Text


def endless() -> Iterator[object]:
    while True:
        yield endless()


@pytest.mark.parametrize("value", [repeat(""), repeat([]), repeat(["", [" "]]), iter(lambda: iter(()), None)])
def test_an_endless_generator_of_nothing_ends(value: object, caplog: pytest.LogCaptureFixture) -> None:
    assert replies_of(value) == ()
    assert caplog.record_tuples == [
        (
            "flask_chatbot.bot.returned",
            logging.WARNING,
            f"a handler returned more than {ITEMS_LIMIT} items, most of them empty; the others are ignored",
        )
    ]


def test_generators_inside_each_other_without_end_are_an_error() -> None:
    with pytest.raises(RecursionError):
        replies_of(endless())


def test_replies_before_the_emptiness_are_kept() -> None:
    assert replies_of(["a", repeat(""), "b"]) == (Text("a"),)


def test_what_stands_behind_many_empty_texts_is_found() -> None:
    assert replies_of([""] * 1000 + ["a"]) == (Text("a"),)


def test_no_more_is_taken_of_a_generator_than_one_past_what_is_sent() -> None:
    numbers = count(1)
    assert replies_of(str(number) for number in numbers) == tuple(Text(str(number)) for number in range(1, 11))
    assert next(numbers) == 12
