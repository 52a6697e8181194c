"""The placeholders of the sentences that a rule file may say otherwise, and which of these may be empty."""

from flask_chatbot.core.language.sentences import PLACEHOLDER, SAPAAN, SENTENCES
from flask_chatbot.core.late import late_pattern

# A sentence stands on lines of its own, or beside others that say what matters.
MAY_BE_EMPTY = frozenset({"brackets", "form_skip", "form_waits", "form_way_out", "form_way_out_yesno", "suggested", "unsupported"})
KIND_WORDS = tuple(key for key in SENTENCES["en"] if key.startswith("kind_"))
TO_NOBODY = frozenset(
    {
        "date_time",
        "given_back",
        "given_back_nobody",
        "given_back_which",
        "menu_back",
        "menu_choose",
        "no",
        "not_suggested",
        "notice",
        "notice_saved",
        "row_already",
        "row_before",
        "row_guess",
        "row_missing",
        "row_moved",
        "row_untold",
        "row_which",
        "yes",
        *KIND_WORDS,
    }
)  # words, and what staff read
DISPENSABLE = frozenset({"example", "rule", "value", SAPAAN})  # placeholders that any sentence may do without
LEFT_OUT = {
    "closed_day": "date",
    "closed_time": "time",
    "date_far_away": "date",
    "given_twice": "label",
    "menu_no_number": "number",
    "not_text": "what",
    "too_many_digits": "max",
    "too_many_parts": "count",
}  # and those that one may
UNUSED = {"too_short": "min"}  # placeholders that the package's own sentence does without
MARK = late_pattern(r"\{\{|\{%|\{([^{}\n]{1,40})\}")  # of a template, or a placeholder


def placeholders(text: str) -> tuple[str, ...]:
    """The placeholders of a sentence, in order.

    >>> placeholders("Maaf {sapaan}, {value} salah.")
    ('sapaan', 'value')
    """
    return tuple(name for _, name in PLACEHOLDER.findall(text))


def allowed(key: str) -> tuple[str, ...]:
    """The placeholders that a sentence may have.

    >>> allowed("not_email"), allowed("too_short"), allowed("yes")
    (('value', 'sapaan'), ('min', 'sapaan'), ())
    """
    names = (*placeholders(SENTENCES["en"][key]), *filter(None, [UNUSED.get(key)]), *(() if key in TO_NOBODY else (SAPAAN,)))
    return tuple(dict.fromkeys(sorted(names, key=lambda name: name == SAPAAN)))


def needed(key: str) -> tuple[str, ...]:
    """The placeholders that a sentence must have.

    >>> needed("not_choice"), needed("closed_time")
    (('options',), ('hours',))
    """
    names = dict.fromkeys(placeholders(SENTENCES["en"][key]))
    return tuple(name for name in names if name not in DISPENSABLE and name != LEFT_OUT.get(key))
