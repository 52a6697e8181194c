"""States of saved rows: as people write them, which of them say that a row is cancelled or done, and the movers into them."""

import difflib
from collections.abc import Collection, Sequence

from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.translation.translatable import Translatable, tr, untranslated

LIKENESS = 0.75  # from 0 to 1, from which on a state is guessed: nearer than for other words, since staff write to the bot's rules, too
BEGUN = 3  # letters that begin a state
CANCELLED = tuple(
    f"{word} "
    for word in (
        *("batal", "dibatalkan", "dibatalin", "pembatalan", "ditolak", "tidak jadi", "gak jadi", "ga jadi", "nggak jadi", "tdk jadi"),
        *("cancel", "cancelled", "canceled", "rejected", "declined", "refused"),
    )
)  # words that begin a cancelled state
# Movers that are no people, as the history keeps them:
COMMAND_LINE = "command line"
CONSOLE = "console"  # where it has one password for all
NAMED = {"": tr("the customer"), COMMAND_LINE: tr("the command line"), CONSOLE: tr("the console")}


def is_cancelled(state: str) -> bool:
    """True if a state says by its first words that a row is cancelled.

    >>> [is_cancelled(state) for state in ("batal", "Batal oleh klinik", "ditolak", "batalyon", "selesai")]
    [True, True, True, False, False]
    """
    return f"{loose_key(state)} ".startswith(CANCELLED)


def closed_states(states: Sequence[str], cancelled: Collection[str]) -> tuple[str, ...]:
    """The states in which nothing is left to do: cancelled, and the last of the others, unless a row begins in it.

    >>> closed_states(["baru", "siap", "selesai", "batal"], ["batal"]), closed_states(["dipesan", "batal"], ["batal"])
    (('selesai', 'batal'), ('batal',))
    """
    going = [state for state in states if state not in cancelled]
    return tuple(state for state in states if state in cancelled or state in going[1:][-1:])


def exact_state(states: Sequence[str], written: str) -> str:
    """The state that a text is, in its normal form; empty if there is no such state.

    >>> exact_state(["baru", "siap diambil"], " Siap  diambil!")
    'siap diambil'
    """
    key = loose_key(written)
    return next((state for state in states if loose_key(state) == key), "")


def likely_states(states: Sequence[str], written: str) -> tuple[str, ...]:
    """The states that a text other than these may mean: those that it begins, else those that are most like it.

    >>> likely_states(["siap dikirim", "siap diambil", "selesai"], "siap"), likely_states(["baru", "siap diambil"], "siap diambl")
    (('siap dikirim', 'siap diambil'), ('siap diambil',))
    """
    key = loose_key(written)
    by_key = {loose_key(state): state for state in states}
    begun = [state for known, state in by_key.items() if len(key) >= BEGUN and known.startswith(key)]
    if begun:
        return tuple(begun)
    likeness = {known: difflib.SequenceMatcher(None, known, key).ratio() for known in by_key}
    best = max(likeness.values(), default=0.0)
    return tuple(by_key[known] for known, ratio in likeness.items() if ratio >= LIKENESS and ratio > best - 0.02)


def mover(actor: str) -> Translatable:
    """The mover of a row as people read it; empty is the customer who made it.

    >>> mover(""), mover("command line"), mover("Ani")
    ('the customer', 'the command line', 'Ani')
    """
    return NAMED.get(actor) or untranslated(actor)
