"""Yes and no, and choices among options, as customers answer them."""

from collections.abc import Iterator, Sequence

from flask_chatbot.core.fields.amounts import read_amount
from flask_chatbot.core.fields.field import Context, Field, Option, listed
from flask_chatbot.core.fields.tokens import LONGEST, slices, squeezed, words_for
from flask_chatbot.core.language.folding import canonical, fold, fold_with_signs
from flask_chatbot.core.language.sentences import quote, say
from flask_chatbot.core.language.signs import is_sign
from flask_chatbot.core.language.words import words_heard, words_of_all

TYPING_ERRORS_FROM = 5  # letters of an option that may have one
LONGEST_ANSWER = 8  # words of a yes or a no


def read_yesno(text: str, field: Field, context: Context) -> bool:
    """A yes or a no, with what says nothing set aside; a negation turns a yes into a no, and what has both is neither.

    >>> from datetime import UTC, datetime
    >>> from flask_chatbot.core.fields.field import FieldType
    >>> field = Field(name="setuju", type="yesno", kind=FieldType(read=read_yesno))
    >>> from flask_chatbot.core.language.sentences import language_of
    >>> context = Context(language_of("id"), "ID", datetime(2026, 11, 26, tzinfo=UTC))
    >>> [read_yesno(text, field, context) for text in ("iya kak", "gak jadi", "tidak setuju")]
    [True, False, False]
    """
    if len(text) <= LONGEST:
        words = fold_with_signs(text).replace(",", " ").split()
        plain = [word for word in words if not is_sign(word)] or words
        for written in (plain, [squeezed(word) for word in plain]):
            answers = (answers_of(part, context) for part in slices(written, field, context, ""))
            found = next(filter(None, answers), [])
            if len(found) == 1 and not contradicts(found[0], words):
                return found[0]
    raise ValueError(say(context.language, "not_yesno"))


def answers_of(words: Sequence[str], context: Context) -> list[bool]:
    """The answer that words give, all of them; both where they contradict each other, none where one of them is no answer.

    "Tidak setuju" is a no; "tidak salah" is no clear answer.
    """
    own = words_for(context)
    yes, no, cancel = (words_heard(own, name) for name in ("yes", "no", "cancel"))
    if len(words) > LONGEST_ANSWER or " ".join(words) in cancel:
        return [] if len(words) > LONGEST_ANSWER else [False]
    runs = split_runs(words, yes | no)
    answers = [run in yes for run in runs]
    if len(runs) > 1 and runs[0] in context.language.vocabulary.negations:
        return [False] if all(answers[1:]) else [True, False]
    return list(dict.fromkeys(answers))


def split_runs(words: Sequence[str], known: frozenset[str]) -> list[str]:
    """Words as known runs of up to three words, the longest first; none where one is not known.

    >>> split_runs(["udah", "benar"], frozenset({"udah", "benar"})), split_runs(["he", "eh"], frozenset({"he eh"}))
    (['udah', 'benar'], ['he eh'])
    """
    runs: list[str] = []
    place = 0
    while place < len(words):
        size = next((size for size in (3, 2, 1) if " ".join(words[place : place + size]) in known and place + size <= len(words)), 0)
        if not size:
            return []
        runs.append(" ".join(words[place : place + size]))
        place += size
    return runs


def contradicts(answer: bool, words: Sequence[str]) -> bool:
    """True if an emoji beside an answer says the opposite of it."""
    opposite = words_of_all("no" if answer else "yes")
    return any(is_sign(word) and word in opposite for word in words)


def read_choice(text: str, field: Field, context: Context) -> str:
    """The option that is written, as its author wrote it; or chosen by its number, where no option holds a digit.

    >>> from datetime import UTC, datetime
    >>> from flask_chatbot.core.fields.field import FieldType
    >>> field = Field(name="produk", type="choice", kind=FieldType(read=read_choice), options=(Option("kalender"), Option("buku")))
    >>> from flask_chatbot.core.language.sentences import language_of
    >>> context = Context(language_of("id"), "ID", datetime(2026, 11, 26, tzinfo=UTC))
    >>> [read_choice(text, field, context) for text in ("Kalendar", "buku aja kak", "nomor 2")]
    ['kalender', 'buku', 'buku']
    """
    if len(text) <= LONGEST:
        for found in found_options(text, field, context):
            if len(found) == 1:
                return found.pop()
            if found:
                break
    raise ValueError(say(context.language, "not_choice", value=quote(text), options=listed(field.options)))


def found_options(text: str, field: Field, context: Context) -> Iterator[set[str]]:
    """The options that a text may be, by ways to read it, the nearest first: 5% is not 5."""
    words = [(word, option.value) for option in field.options for word in (option.value, *option.synonyms)]
    folded = fold(text)
    for exact in (canonical(text), folded):
        yield {value for word, value in words if canonical(word) == exact}
    by_fold: dict[str, set[str]] = {}
    for word, value in words:
        by_fold.setdefault(fold(word), set()).add(value)
    parts = [" ".join(part) for part in slices(folded.split(" "), field, context, "choice")]
    yield from (by_fold.get(part, set()) for part in parts)
    once = {squeezed_run(word): values for word, values in by_fold.items() if len(word) > 2}
    yield from (once.get(squeezed_run(part), set()) for part in parts if not has_digit(part))
    yield from (numbered(part, field.options, by_fold, context) for part in parts)
    yield from (nearly(part, by_fold) for part in parts)


def squeezed_run(text: str) -> str:
    """A text with each of its words squeezed."""
    return " ".join(map(squeezed, text.split(" ")))


def has_digit(text: str) -> bool:
    """True if a text holds a digit."""
    return any(character.isdigit() for character in text)


def has_numbers(field: Field) -> bool:
    """True if the options of a field are also chosen by their numbers."""
    return field.type == "choice" and are_numbered(field.options)


def are_numbered(options: Sequence[Option]) -> bool:
    """True if no option holds a digit, which a number could be meant for.

    >>> are_numbered([Option("S"), Option("M")]), are_numbered([Option("38"), Option("39")])
    (True, False)
    """
    return not any(has_digit(option.value) for option in options)


def numbered(text: str, options: Sequence[Option], by_fold: dict[str, set[str]], context: Context) -> set[str]:
    """The option of that number; with its words behind the number, only where they are its own."""
    if not are_numbered(options):
        return set()
    first, _, rest = text.partition(" ")
    first = first.rstrip(".)")
    amount = read_amount([first], context.language.vocabulary, context.language) if first else None
    if amount is None or amount[0] != int(amount[0]) or not 1 <= amount[0] <= len(options):
        return set()
    value = options[int(amount[0]) - 1].value
    return {value} if not rest or value in by_fold.get(rest, ()) else set()


def nearly(text: str, by_fold: dict[str, set[str]]) -> set[str]:
    """The options that a text is with one typing error; of short ones none."""
    from rapidfuzz.distance import OSA  # slow to load, and few bots ever need it

    near = (values for word, values in by_fold.items() if len(word) >= TYPING_ERRORS_FROM and OSA.distance(text, word, score_cutoff=1) <= 1)
    return set().union(*near)
