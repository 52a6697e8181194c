"""Reads the ``tests:`` of rule files."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_chatbot.core.loading.lookups.finds import KnownTables
from flask_chatbot.core.loading.lookups.tested_rows import check_rows
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.replies import ONE_REPLY
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.core.values.problems import Problem, did_you_mean
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.core.values.rule_tests import MONDAY, NUMBER, Exchange, Expectation, RuleTest
from flask_chatbot.core.values.sent import FILE_PARTS, PARTS_OF, pretended
from flask_chatbot.core.values.written import reply_of

TIMES = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
KEYS = ("rule", "fields", "invalid", "reply", "reply_has", "count", "reminds")  # in the order in which they are looked at


def build_test(place: Place, is_under_rule: bool = False) -> RuleTest:
    """Build the test at `place`; mistakes are reported. A rule must answer the tests under it unless they say otherwise."""
    data: dict[str, Any] = place.data
    expected = expectations(place)
    exchanges = build_exchanges(place, expected)
    if exchanges and not (is_under_rule or any(exchange.expected for exchange in exchanges)):
        place.report(tr("this test expects nothing, so it cannot fail. Add one of: {keys}.", keys=", ".join(KEYS)))
    return RuleTest(
        mark=place.mark(),
        exchanges=exchanges,
        sender=Sender(number=data.get("from", NUMBER), name=data.get("nama", "")),
        at=moment(place.at("at")) or MONDAY,
        chat=data.get("chat", "private"),
        line=data.get("line"),
        first=data.get("first", False),
        given=data.get("given", {}),
    )


def build_exchanges(place: Place, expected: tuple[Expectation, ...]) -> tuple[Exchange, ...]:
    """The messages of a test, in order; its expectations apply to the last."""
    if sum(key in place.data for key in ("send", "sends", "talk")) != 1:
        place.report(tr("a test has either 'send', one text, 'sends', a kind of message, or 'talk', a list of these. Write one of them."))
        return ()
    if "talk" not in place.data:
        return (written(place, expected),)
    *exchanges, last = map(build_exchange, place.at("talk").entries())
    own = {each.key for each in last.expected}
    for each in expected:
        if each.key in own:
            message = tr("the last turn has a {key!r} of its own. Remove one of the two.", key=each.key)
            place.at(each.key).report(message, key=True)
    return (*exchanges, replace(last, expected=(*last.expected, *expected)))


def build_exchange(place: Place) -> Exchange:
    """One entry of ``talk:``."""
    if not isinstance(place.data, dict):
        return Exchange(text=place.data, mark=place.mark())
    if sum(key in place.data for key in ("send", "sends", "row")) != 1:
        place.report(tr("a turn has either 'send', one text, 'sends', a kind of message, or 'row', which staff move. Write one of them."))
    if "row" in place.data or "state" in place.data:
        return replace(moved(place), at=moment(place.at("at")))
    sender = Sender(number=str(place.data["from"])) if "from" in place.data else None
    return replace(written(place, expectations(place)), at=moment(place.at("at")), sender=sender)


def moved(place: Place) -> Exchange:
    """The move of a row at a place."""
    table, number = [*str(place.data.get("row", "")).split(), "", ""][:2]
    if "state" not in place.data or not (table and number.isascii() and number.isdecimal() and len(number) < 16):
        place.report(tr("a turn in which staff move a row has its table, its number and a state: {{row: pesanan 12, state: siap}}"))
        return Exchange(text="", mark=place.mark())
    to = str(place.data["state"])
    said = f"{table} {number} {to}"
    return Exchange(text=said, mark=place.at("row").mark(), expected=expectations(place), moves=(table, int(number), to))


def written(place: Place, expected: tuple[Expectation, ...]) -> Exchange:
    """The message at a place, a text or what is sent instead; parts that it cannot have are reported."""
    data, kind = place.data, place.data.get("sends")
    known = PARTS_OF.get(kind, FILE_PARTS) if kind else ()
    for key in (key for key in (*FILE_PARTS, "lat", "lng", "name", "numbers") if key in data and key not in known):
        message = tr("{key!r} is no part of what is sent here. Remove it.", key=key)
        place.at(key).report(message, key=True)
    if not kind:
        return Exchange(text=data.get("send") or "", mark=place.at("send").mark(), expected=expected)
    mark = place.at("sends").mark()
    return Exchange(text=data.get("caption", ""), mark=mark, expected=expected, sends=kind, contents=pretended(kind, data))


def moment(place: Place) -> datetime | None:
    """The time written here, without a time zone, or None."""
    if place.data is None:
        return None
    for form in TIMES:
        try:
            return datetime.strptime(place.data, form)  # noqa: DTZ007  the rules' own
        except ValueError:
            continue
    place.report(tr("{text!r} is not a date and time. Write them like 2026-11-23 09:00.", text=place.data))
    return None


def expectations(place: Place) -> tuple[Expectation, ...]:
    """The expectations at `place`."""
    return tuple(Expectation(key, wanted(place.at(key)), place.at(key).mark()) for key in KEYS if key in place.data)


def wanted(place: Place) -> Any:
    """The value of one expectation."""
    key, data = place.path[-1], place.data
    if key == "reply":
        return tuple(alternatives(entry) for entry in place.entries())
    if key == "reminds":
        for when in data:
            moment(replace(place.at(when), data=when))
        return {str(when).replace("T", " "): None if part is None else str(part).strip() for when, part in data.items()}
    if key in ("invalid", "reply_has"):
        return tuple(entry.data.strip() for entry in place.entries())
    return data


def alternatives(place: Place) -> tuple[Reply, ...]:
    """The acceptable replies: several if ``one_of`` says so."""
    if not isinstance(place.data, dict) or "one_of" not in place.data:
        return (reply_of(place.data),)
    replies = []
    for entry in place.at("one_of").entries():
        data = {key: value for key, value in entry.data.items() if key != "weight"} if isinstance(entry.data, dict) else entry.data
        if isinstance(data, dict) and len(data) != 1:
            entry.report(ONE_REPLY)
        else:
            replies.append(reply_of(data))
    return tuple(replies)


def check_names(names: Collection[str], tables: KnownTables, tests: Sequence[RuleTest]) -> Iterator[Problem]:
    """Yield the tests that name unknown rules, tables or columns; Python may add those."""
    yield from check_rows(tables, tests)
    for each in (each for test in tests for exchange in test.exchanges for each in exchange.expected):
        if each.key == "rule" and each.wanted not in names:
            yield Problem(
                each.mark,
                tr("there is no rule {rule!r}.{guess}", rule=each.wanted, guess=did_you_mean(each.wanted, names)),
                may_be_python=True,
            )
