"""Dialogues as JSON data, by chat: written down, and read back without what has expired."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from flask_chatbot.core.conversation.dialogue import NOWHERE, Dialogue, Offer, ShownMenu
from flask_chatbot.core.conversation.forms import Form
from flask_chatbot.core.values.sent import read_sent


def read_dialogue(data: Mapping[str, Any] | None, chat: str, now: float) -> Dialogue:
    """Read the stored dialogue of one chat."""
    return read_dialogues({chat: data[chat]}, now).get(chat, NOWHERE) if data and chat in data else NOWHERE


def read_dialogues(data: Mapping[str, Any] | None, now: float) -> dict[str, Dialogue]:
    """Read the stored dialogues by chat, without expired parts; an unreadable one is dropped."""
    found = {}
    for chat, kept in (data or {}).items():
        try:
            dialogue = _dialogue(kept).at(now)
        except (KeyError, IndexError, TypeError, ValueError, OverflowError):
            continue
        if dialogue.until:
            found[chat] = dialogue
    return found


def write_dialogues(dialogues: Mapping[str, Dialogue]) -> tuple[dict[str, Any] | None, float]:
    """The dialogues as JSON data, None if there are none; and the time when all of them have expired."""
    data = {chat: _data(dialogue) for chat, dialogue in dialogues.items() if dialogue.until}
    return data or None, max((dialogue.until for dialogue in dialogues.values()), default=0.0)


def _dialogue(data: Any) -> Dialogue:
    form = data["form"]
    return Dialogue(
        form=None if form is None else _form(form),
        form_until=_time(data["form_until"]),
        aside=_form(data["aside"]) if data.get("aside") else None,
        aside_until=_time(data.get("aside_until", 0.0)),
        aside_said=data.get("aside_said") is True,
        below=tuple((_form(form), _time(until)) for form, until in data.get("below", ())),
        menus=tuple(ShownMenu(rule=_text(rule), text=_text(text), entries=_entries(entries)) for rule, text, entries in data["menus"]),
        menus_until=_time(data["menus_until"]),
        is_below=data["is_below"] is True,
        offer=_offer(data["offer"]) if data.get("offer") else None,
        offered_at=_time(data.get("offered_at", 0.0)),
    )


def _offer(data: Any) -> Offer:
    rule, entries, is_menu = data
    offer = Offer(rule=_text(rule), entries=_entries(entries), is_menu=is_menu is True)
    if not offer.entries:
        raise ValueError("nothing is suggested")
    return offer


def _form(data: Any) -> Form:
    return Form(
        rule=_text(data["rule"]),
        literal=_text(data.get("literal", "")),
        texts=_texts(data["texts"]),
        times={_text(name): _time(time) for name, time in dict(data.get("times", {})).items()},
        asks=tuple(map(_text, data["asks"])),
        problems=_texts(data["problems"]),
        wrong=int(data["wrong"]),
        refused=int(data["refused"]),
        picks=data.get("picks") is True,
        strayed=_text(data.get("strayed", "")),
        doubts=_text(data.get("doubts", "")),
        unclear=_text(data.get("unclear", "")),
        settled=tuple(map(_text, data.get("settled", ()))),
        sent={_text(name): read_sent(value) for name, value in dict(data.get("sent", {})).items()},
    )


def _entries(data: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((_text(words), _text(rule)) for words, rule in data)


def _texts(data: Any) -> dict[str, str]:
    return {_text(name): _text(text) for name, text in dict(data).items()}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, not {type(value).__name__}")
    return value


def _time(value: object) -> float:
    if not isinstance(value, int | float) or not isfinite(value):
        raise TypeError("a time is expected")
    return float(value)


def _data(dialogue: Dialogue) -> dict[str, Any]:
    return {
        "until": dialogue.until,
        "form": dialogue.form and _form_data(dialogue.form),
        "form_until": dialogue.form_until,
        "menus": [[menu.rule, menu.text, [list(entry) for entry in menu.entries]] for menu in dialogue.menus],
        "menus_until": dialogue.menus_until,
        "is_below": dialogue.is_below,
        **(
            {"aside": _form_data(dialogue.aside), "aside_until": dialogue.aside_until, "aside_said": dialogue.aside_said}
            if dialogue.aside
            else {}
        ),
        **({"below": [[_form_data(form), until] for form, until in dialogue.below]} if dialogue.below else {}),
        **({"offer": _offer_data(dialogue.offer), "offered_at": dialogue.offered_at} if dialogue.offer else {}),
    }


def _form_data(form: Form) -> dict[str, Any]:
    return {
        "rule": form.rule,
        "literal": form.literal,
        "texts": dict(form.texts),
        "times": dict(form.times),
        "asks": list(form.asks),
        "problems": dict(form.problems),
        "wrong": form.wrong,
        "refused": form.refused,
        **({"picks": True} if form.picks else {}),
        **({"strayed": form.strayed} if form.strayed else {}),
        **({"doubts": form.doubts} if form.doubts else {}),
        **({"unclear": form.unclear} if form.unclear else {}),
        **({"settled": list(form.settled)} if form.settled else {}),
        **({"sent": {name: value.data() for name, value in form.sent.items()}} if form.sent else {}),
    }


def _offer_data(offer: Offer) -> list[Any]:
    return [offer.rule, [list(entry) for entry in offer.entries], offer.is_menu]
