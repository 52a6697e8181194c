"""Compiles the `save:` of rules."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.loading.lookups.reminders import ReminderBuilder
from flask_chatbot.core.loading.lookups.saved_columns import table_of
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.lookups.states import closed_states, exact_state, is_cancelled
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.reminding.quiet import Quiet
from flask_chatbot.core.templates.template import Template
from flask_chatbot.core.translation.translatable import msgid, tr
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.problems import Problem, did_you_mean
from flask_chatbot.core.values.saving.numbering import Numbering, Unnumberable, read_numbering
from flask_chatbot.core.values.saving.slots import Limit

WITH_LIMIT = ("per", "full")


class SaveTexts(NamedTuple):
    """Compile the texts of a `save`: `later` for what is said long after it, `full` for what is said where no place is left."""

    later: Callable[[Place], Template]
    full: Callable[[Place], Template]


def build_save(place: Place, texts: SaveTexts, fields: Sequence[Field] = (), quiet: Quiet | None = None) -> Save | None:
    """The `save:` at a place, of a rule with these fields, or None."""
    name = table_of(place)
    if not name:
        return None
    below = place.at("save")
    if not isinstance(below.data, dict):
        return Save(name)
    states = tuple(read_states(below.each("states")))
    on_state: dict[str, Template] = {}
    for state in below.data.get("on_state") or {}:
        at = below.at("on_state", state)
        meant = known_state(at, state, states, name, is_key=True)
        if meant and at.data is not None:
            on_state[meant] = texts.later(at)
    numbering = build_numbering(below.at("numbering")) if below.data.get("numbering") is not None else None
    cancelled = build_cancelled(below, name, states)
    limit = build_limit(below, fields, cancelled)
    full = texts.full(below.at("full")) if below.data.get("full") is not None and limit is not None else None
    closed = closed_states(states, cancelled)
    going = [state for state in states if state not in closed]
    reminders = ReminderBuilder(fields, states, going, quiet, texts.later).build(below.each("remind"))
    customer = build_customer(below.at("customer"), fields)
    return Save(name, states, on_state, reminders, numbering, limit, full, cancelled, closed, customer)


def build_customer(place: Place, fields: Sequence[Field]) -> str:
    """The field that says whose row it is; empty without one, or after reporting that it says no number."""
    name, known = str(place.data or ""), {field.name: field for field in fields}
    if not name:
        return ""
    phones = [field.name for field in fields if field.type == "phone"]
    if name not in known:
        way_out = did_you_mean(name, phones) or tr(" Add a field of type {kind}.", kind="phone")
        place.report(tr("this rule has no field {field!r}.{way_out}", field=name, way_out=way_out))
    elif name not in phones:
        place.report(
            tr("{field!r} is of type {type}, and a customer is known by a field of type phone.", field=name, type=known[name].type)
        )
    return name


def build_cancelled(place: Place, table: str, states: Sequence[str]) -> tuple[str, ...]:
    """The states in which a row is cancelled: those that `frees` names, else those that say so themselves."""
    if "frees" not in place.data:
        return tuple(state for state in states[1:] if is_cancelled(state))
    found = [known_state(entry, str(entry.data), states, table) for entry in place.each("frees")]
    if states and states[0] in found:
        message = tr("a row begins as {state!r}, and would be cancelled at once. Name a later state, such as batal.", state=states[0])
        place.at("frees").report(message, key=True)
    return tuple(filter(None, found))


def known_state(at: Place, written: str, states: Sequence[str], table: str, *, is_key: bool = False) -> str:
    """The state that is named at a place; empty after reporting that there is none."""
    meant = exact_state(states, written)
    if not meant:
        way_out = did_you_mean(written, states) or tr(" List it under 'states'.")
        at.report(tr("{state!r} is not a state of {table!r}.{way_out}", state=written, table=table, way_out=way_out), key=is_key)
    return meant


def build_numbering(place: Place) -> Numbering | None:
    """The numbering at a place; None after reporting what is wrong with it."""
    try:
        return read_numbering(place.data)
    except Unnumberable as error:
        place.report(error.message)
        return None


def build_limit(place: Place, fields: Sequence[Field], cancelled: tuple[str, ...]) -> Limit | None:
    """The limit of places that a `save` sets, or None."""
    if "at_most" not in place.data:
        for key in WITH_LIMIT:
            if key in place.data:
                message = tr("{key!r} is about places, and there is no limit to them. Add `at_most: 4`, or remove it.", key=key)
                place.at(key).report(message, key=True)
        return None
    per = tuple(str(entry.data) for entry in place.each("per") if is_slot(entry, fields))
    at_most = place.data["at_most"]
    return Limit(at_most=at_most, per=per, frees=cancelled) if isinstance(at_most, int) else None


def is_slot(entry: Place, fields: Sequence[Field]) -> bool:
    """True if each row has a value of the field that is named; else it is reported."""
    name, known = str(entry.data), {field.name: field for field in fields}
    if name not in known:
        none = tr(" Give it `fields:` or `ask:` with that name.")
        listed = tr(" Its fields are: {names}.", names=", ".join(known)) if known else none
        entry.report(tr("the rule has no field {name!r}.{way_out}", name=name, way_out=did_you_mean(name, known) or listed))
        return False
    if known[name].is_sent:
        entry.report(tr("{name!r} is a file or a place, and nothing can be looked up by it. Take another field.", name=name))
        return False
    if (known[name].may_be_left_out and known[name].default is None) or known[name].condition is not None:
        entry.report(tr("{name!r} may be left out, and then nobody knows which places are taken. Make it required.", name=name))
        return False
    warn_of_spellings(entry, known[name])
    return True


def warn_of_spellings(entry: Place, field: Field) -> None:
    """Warn of a field whose every minute, or spelling, would be a place of its own."""
    if field.type == "time" and not field.options:
        message = tr(
            "each minute of {name!r} has places of its own: 10.05 is free where 10.00 is full. List its times: options: ['09.00', '10.00']",
            name=field.name,
        )
        entry.warn(message)
    elif not field.is_typed:
        message = tr(
            "{name!r} is a text, and each spelling has places of its own: 10.00 and 10:00. Give it a type, such as time, or options.",
            name=field.name,
        )
        entry.warn(message)


def read_states(entries: Iterable[Place]) -> Iterator[str]:
    """Yield the states of rows, each once."""
    known: dict[str, str] = {}
    for entry in entries:
        state = " ".join(str(entry.data).split())
        key = loose_key(state)
        if key[:1].isdigit() or not key:
            entry.report(tr("{state!r} cannot be a state. Begin it with a letter, such as siap diambil.", state=state))
        elif key in known:
            entry.report(tr("the state {state!r} is listed already. Remove one of them.", state=state))
        else:
            known[key] = state
            yield state


def differing(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Yield the rules that save to the table of an earlier one: with other states or numbers, or reminders where that has some already."""
    first: dict[str, tuple[Rule, Save]] = {}
    reminding: dict[str, Rule] = {}
    for rule in rules:
        for save in (action for action in rule.actions if isinstance(action, Save)):
            other, known = first.setdefault(save.name, (rule, save))
            for message in unlike(save, known):
                yield Problem(rule.mark, tr(message, rule=rule.name, other=other.name, table=save.name))
            if save.reminders and reminding.setdefault(save.name, rule) is not rule:
                message = tr(
                    "rules {rule!r} and {other!r} both have reminders for {table!r}. Write them in one of the two: they are for every row.",
                    rule=rule.name,
                    other=reminding[save.name].name,
                    table=save.name,
                )
                yield Problem(rule.mark, message)


def unlike(save: Save, known: Save) -> Iterator[str]:
    """Yield the sentences about what two rules that save to one table say differently."""
    if known.states != save.states:
        yield msgid("rules {rule!r} and {other!r} both save to {table!r}, with different states. Write the same `states:` in both.")
    elif known.cancelled != save.cancelled:
        yield msgid("rules {rule!r} and {other!r} both save to {table!r}, with other states that free. Write the same `frees:` in both.")
    if known.numbering != save.numbering:
        yield msgid("rules {rule!r} and {other!r} both save to {table!r}, with different numbers. Write the same `numbering:` in both.")
    if known.limit != save.limit and known.limit is not None and save.limit is not None:
        yield msgid("rules {rule!r} and {other!r} both save to {table!r}, with different places. Write the same `at_most:` in both.")
