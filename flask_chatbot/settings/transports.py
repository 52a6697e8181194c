"""The options of a transport: those that a line of CHATBOT_LINES has for itself, else those of the options' own keys."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.settings.lookup import Source, about
from flask_chatbot.settings.readers import Pace
from flask_chatbot.transports.registry import NEEDED, TRANSPORTS, Bundled, TransportOption


def read_options(chosen: Bundled, source: Source, own: Mapping[str, object] | None = None) -> tuple[dict[str, object], list[str]]:
    """The values of a transport's options by name, and a sentence for each that is wrong or missing.

    `own` is what a line has for itself, by the same names; None for the one transport of CHATBOT_TRANSPORT.
    """
    values: dict[str, object] = {}
    problems: list[str] = []
    for option in chosen.options:
        try:
            values |= own_value(option.name, option.read, own) if own and option.name in own else option_value(option, source)
        except ValueError as error:
            problems += error.args
        else:
            if option.is_required and option.name not in values:
                problems.append(_missing(chosen, option.key if own is None else repr(option.name), option.where, own))
    return values, problems + list(_unset(chosen, values, source, own))


def option_value(option: TransportOption, source: Source) -> dict[str, object]:
    """The value of an option by its name, from its own key; empty if that is not set."""
    return source.value(option.name, about(option.key, option.read, option.doc))


def own_value(key: str, read: Callable[[object], object], own: Mapping[str, object]) -> dict[str, object]:
    """The value that a line has for itself under this key; empty if it has none."""
    try:
        return {key: read(own[key])} if key in own else {}
    except ValueError as error:
        raise ValueError(*(tr("{key!r}: {problem}", key=key, problem=problem) for problem in error.args)) from None


def _unset(chosen: Bundled, values: Mapping[str, object], source: Source, own: Mapping[str, object] | None) -> Iterator[Translatable]:
    """Yield a sentence for each general setting that the transport needs, with these values of its options, and that is not set."""
    for key in chosen.needed(values):
        if not source.has(key):
            yield _missing(chosen, key, NEEDED[key], own)


def _missing(chosen: Bundled, key: str, where: Translatable | str, own: Mapping[str, object] | None) -> Translatable:
    by = f"CHATBOT_TRANSPORT={chosen.name}" if own is None else tr("the transport {name}", name=chosen.name)
    return tr("{key} is not set, and {by} needs it. {where}", key=key, by=by, where=where)


def usual_pace(transport: object) -> Pace | None:
    """The pace of a bundled transport where the configuration says nothing of it."""
    chosen = TRANSPORTS[transport] if isinstance(transport, str) else None
    if chosen is None or chosen.pace is None:
        return None
    return Pace(count=chosen.pace[0], seconds=chosen.pace[1], spread=chosen.spread)


def as_written(sentence: str, transport: object, own: Collection[str], line: str) -> str:
    """A sentence about the settings of a line's transport, with those that are the line's `own` named as CHATBOT_LINES has them.

    >>> as_written("Correct CHATBOT_GOWA_URL. Is CHATBOT_GOWA_SECRET right?", "gowa", ["secret"], "toko")
    "Correct CHATBOT_GOWA_URL. Is 'secret' of the line 'toko' in CHATBOT_LINES right?"
    """
    for option in TRANSPORTS[transport].options if isinstance(transport, str) else ():
        if option.name in own:
            sentence = re.sub(rf"\b{option.key}\b", f"{option.name!r} of the line {line!r} in CHATBOT_LINES", sentence)
    return sentence
