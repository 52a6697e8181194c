"""CHATBOT_LINES: several connections to WhatsApp, each by a name of its own and with settings of its own."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from flask_chatbot.core.translation.translatable import Translatable, any_of, tr
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.settings.lookup import Source
from flask_chatbot.settings.readers import kind_of, read_transport
from flask_chatbot.settings.transports import own_value, read_options
from flask_chatbot.transports.base import Transport
from flask_chatbot.transports.registry import TRANSPORTS

KEY = "CHATBOT_LINES"
NAME_LIMIT = 40  # characters
EXAMPLE = '{"toko": {"transport": "simulator"}, "grosir": {"transport": "simulator"}}'
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TAKEN = ("webhook",)  # what came by the webhook is kept under this name

About = Mapping[str, Mapping[str, Any]]  # the metadata of settings that a line may have for itself, by their names


def read_lines(value: object) -> dict[object, object]:
    """Read the map of lines, all but their names and what is said of each."""
    if not isinstance(value, Mapping):
        raise ValueError(tr("it is {value}. Write a map from the name of each line to its settings: {example}", **_said(value)))
    if not value:
        raise ValueError(tr("it names no line. Write a map from the name of each line to its settings: {example}", example=EXAMPLE))
    return dict(value)


def read_line(name: object, written: object, source: Source, own: About) -> tuple[dict[str, Any], list[str]]:
    """The values that one line has for itself, by names of settings, and a sentence for each that is wrong or missing.

    `own` are the settings that it may have. Among the values are its `transport`, `transport_options` with the name of the line, and
    `own_options`, the names of those that are not under keys of their own.
    """
    misnamed = list(_name_problems(name))
    if isinstance(written, str | bytes | int | float | list | tuple | None):
        example = '{"transport": "simulator"}'
        return {}, [*misnamed, _of(name, tr("it is {value}. Write a map: {example}", value=kind_of(written), example=example))]
    given = {key: value for key, value in _as_map(written).items() if value not in (None, "")}
    values, problems = _line_values(name, given, source, own)
    return values, [*misnamed, *(_of(name, each) for each in problems)]


def shared_accounts(lines: Mapping[str, tuple[object, Mapping[str, object]]]) -> Iterator[Translatable]:
    """Yield a sentence for each two lines that are one account; each line has its transport and that transport's options.

    What customers write would come to one of them or to both, by chance, and each message would be sent at twice the pace.
    """
    for (one, (transport, options)), (other, (second, more)) in combinations(lines.items(), 2):
        chosen = TRANSPORTS.get(transport) if isinstance(transport, str) and transport == second else None
        if chosen is not None and chosen.is_same_account(options, more):
            yield tr(
                "lines {one!r} and {other!r} are one account of {transport}. Give each its own {option!r}, or leave one of them out.",
                one=one,
                other=other,
                transport=transport,
                option=chosen.account[-1],
            )


def _as_map(written: object) -> Mapping[str, Any]:
    return written if isinstance(written, Mapping) else {"transport": written}


def _line_values(name: object, given: Mapping[str, Any], source: Source, own: About) -> tuple[dict[str, Any], list[str]]:
    """The values of a line that says this of itself, and a sentence for each that is wrong or missing."""
    values, problems = _own_settings(given, own)
    chosen, known = None, ["transport", *own]
    try:
        transport = read_transport(given["transport"])
    except KeyError:
        return values, [tr("'transport' is missing. Write {choices}.", choices=any_of(TRANSPORTS)), *problems]
    except ValueError as error:
        return values, [*(tr("'transport': {problem}", problem=problem) for problem in error.args), *problems]
    if isinstance(transport, str):
        chosen = TRANSPORTS[transport]
        options, wrong = read_options(chosen, source, given)
        values["transport_options"] = {**options, "name": name}
        values["own_options"] = frozenset(option.name for option in chosen.options if option.name in given)
        problems += wrong
        known[1:1] = [option.name for option in chosen.options]
    elif transport.name != name:
        problems.append(_misnamed(name, transport))
    return {**values, "transport": transport}, [*problems, *_unknown(given, known)]


def _own_settings(given: Mapping[str, object], own: About) -> tuple[dict[str, Any], list[str]]:
    """The values of the settings that a line may have for itself, and a sentence for each that is wrong."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for key, about in own.items():
        try:
            values |= own_value(key, about["read"], given)
        except ValueError as error:
            problems += error.args
    return values, problems


def _name_problems(name: object) -> Iterator[Translatable]:
    """Yield what is wrong with a line's name."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > NAME_LIMIT:
        way_out = tr("Use small letters, digits, - and _, {limit} at the most: it stands in addresses.", limit=NAME_LIMIT)
        yield tr("{name!r} cannot be the name of a line. {way_out}", name=name, way_out=way_out)
    elif name in _TAKEN:
        yield tr("{name!r} cannot be the name of a line: it is that of the webhook. Choose another.", name=name)


def _of(name: object, problem: str) -> Translatable:
    return tr("line {name!r}: {problem}", name=name, problem=problem)


def _unknown(given: Mapping[str, object], known: list[str]) -> Iterator[Translatable]:
    for key in given:
        if key not in known:
            way_out = did_you_mean(str(key), known) or tr(" Known keys: {names}.", names=", ".join(known))
            yield tr("unknown key {key!r}.{way_out}", key=key, way_out=way_out)


def _misnamed(name: object, transport: Transport) -> Translatable:
    return tr("its transport has the name {given!r}. Give it that of the line: name={name!r}", given=transport.name, name=name)


def _said(value: object) -> dict[str, object]:
    return {"value": kind_of(value), "example": EXAMPLE}
