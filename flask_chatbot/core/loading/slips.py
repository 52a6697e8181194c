"""Warnings of texts in a rule that are allowed, and look like something that they do not do."""

import re
from collections.abc import Iterator

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.triggers import keyword_entries
from flask_chatbot.core.translation.translatable import all_of, tr

SIGNS = re.compile(r"[,|;/*+\\]")  # without one of these a keyword is nothing else
BETWEEN = {",": tr("commas"), "|": tr("bars"), ";": tr("semicolons"), "/": tr("slashes")}
SEPARATOR = late_pattern(r"\s*[,|;]\s*|(?<=[^\W\d_]{2})\s*/\s*(?=[^\W\d_]{2})")
STARRED = re.compile(r"[^\W\d_]+\*")
EXPRESSION = re.compile(r"/(?P<inside>.+)/[a-z]*|.*(?:\.[*+]|\\[dwsb]).*")
TRUE = ("true", "True")
WANTED = {"contains": tr("the words to find"), "similar": tr("the text to compare with"), "save": tr("a name for the table")}


def check_slips(rule: Place) -> None:
    """Warn of a rule's triggers and its table where they are likely to be misunderstood."""
    keyword = rule.data.get("keyword")
    if keyword is not None and SIGNS.search(str(keyword)):
        for entry in keyword_entries(rule):
            check_keyword(entry)
        if isinstance(keyword, str):
            check_separators(rule.at("keyword"))
    for key, wanted in WANTED.items():
        if rule.data.get(key) in TRUE and rule.at(key).is_plain():
            rule.at(key).warn(
                tr("{key!r} is the word 'true' here, and switches nothing on. Write {wanted} in its place.", key=key, wanted=wanted)
            )


def check_keyword(entry: Place) -> None:
    """Warn of stars and of regular expressions, which belong under other keys."""
    text = entry.data.strip()
    if text == "*":
        entry.warn(tr("a star is no keyword for all messages. Write `fallback: true` for those that no rule takes."))
    elif STARRED.fullmatch(text):
        entry.warn(tr("a star stands for the rest of a word under 'contains' only. Write `contains: {text}`.", text=text))
    elif found := EXPRESSION.fullmatch(text):
        entry.warn(
            tr(
                "a keyword is compared as it is written. Write `pattern: {pattern}` for a regular expression.",
                pattern=found["inside"] or text,
            )
        )


def check_separators(keyword: Place) -> None:
    """Warn of several keywords written as one text; in quotes one text is intended."""
    if keyword.is_plain() and not EXPRESSION.fullmatch(keyword.data.strip()) and len(parts := list(parts_of(keyword.data))) > 1:
        signs = all_of(name for sign, name in BETWEEN.items() if sign in keyword.data)
        several = ", ".join(parts)
        keyword.warn(
            tr(
                "this is one keyword, {signs} included. If several are meant, write a list: [{several}]. If not, put it in quotes.",
                signs=signs,
                several=several,
            )
        )


def parts_of(text: str) -> Iterator[str]:
    """The keywords that a text seems to hold.

    >>> list(parts_of("halo / hai|pagi,")), list(parts_of("buka 24/7"))
    (['halo', 'hai', 'pagi'], ['buka 24/7'])
    """
    yield from (part for part in SEPARATOR.split(text.strip()) if part)
