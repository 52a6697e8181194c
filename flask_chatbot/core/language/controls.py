"""Control characters that a terminal would obey: customers' texts are shown, and must not be obeyed."""

import json

from flask_chatbot.core.late import late_pattern

# Controls, separators of lines, what turns text around, and halves of surrogate pairs, which no terminal can be sent.
_OBEYED = late_pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str, keep: str = "\n\t") -> str:
    r"""A text with its control characters made visible, except those in `keep`.

    >>> visible("satu\ndua \x1b[31m"), visible("satu\ndua", keep="")
    ('satu\ndua \\x1b[31m', 'satu\\ndua')
    """
    if text.isprintable():  # as nearly all are; it takes a tenth of the search
        return text
    return _OBEYED.sub(lambda found: found[0] if found[0] in keep else found[0].encode("unicode_escape").decode(), text)


def json_text(data: object) -> str:
    r"""Data as JSON for people and programs: letters of any language unescaped, control characters escaped.

    >>> print(json_text(["é\x1b\x9b\u202e"]))
    [
      "é\u001b\u009b\u202e"
    ]
    """
    written = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    return _OBEYED.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", written)
