"""Messages that are English text, and remember of which parts they are made, so that they can be said in another language.

The language is chosen where a message is printed: whatever makes messages knows nothing of it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any


class Translatable(str):
    """An English text that knows its template, the `msgid` of gettext, and the values in it, which may be translatable themselves.

    >>> problem = tr("unknown key {key!r}.{guess}", key="repply", guess=tr(" Did you mean {word!r}?", word="reply"))
    >>> problem
    "unknown key 'repply'. Did you mean 'reply'?"
    >>> problem.msgid, problem.values["key"]
    ('unknown key {key!r}.{guess}', 'repply')
    """

    __slots__ = ("msgid", "values")

    msgid: str
    values: Mapping[str, Any]

    def __new__(cls, msgid: str, values: Mapping[str, Any]) -> "Translatable":
        """Write the values into the template, as `str.format` does."""
        text = super().__new__(cls, msgid.format_map(values))
        text.msgid = msgid
        text.values = values
        return text

    def __getnewargs__(self) -> tuple[str, Mapping[str, Any]]:  # type: ignore[override]  # of what it is made anew when copied
        return self.msgid, self.values

    def said(self, lookup: Callable[[str], str]) -> str:
        """The text with each template replaced by what `lookup` has for it.

        >>> tr("{place} is empty.", place=tr("the file")).said({"the file": "berkas ini", "{place} is empty.": "{place} kosong."}.get)
        'berkas ini kosong.'
        """
        values = {name: value.said(lookup) if isinstance(value, Translatable) else value for name, value in self.values.items()}
        return lookup(self.msgid).format_map(values)


NO_MESSAGE = Translatable("", {})  # no message


def tr(template: str, /, **values: object) -> Translatable:
    """A message from its English template; literal braces are doubled in it, as in f-strings.

    >>> tr("Write {{url: {text}}}", text="...")
    'Write {url: ...}'
    """
    return Translatable(template, values)


def msgid(template: str) -> str:
    """Mark a template for the catalogues that is filled in elsewhere; it stays as it is."""
    return template


def untranslated(text: str) -> Translatable:
    """A text that is the same in every language, or in no language of ours: an example to copy, or the words of somebody else.

    >>> untranslated("{a: 1}").msgid
    '{text}'
    """
    return text if isinstance(text, Translatable) else Translatable("{text}", {"text": text})


def linked(separator: str, parts: Iterable[str]) -> Translatable:
    """Several texts as one: `str.join` would forget of what they are made.

    >>> linked(", ", [tr("a list"), "x"])
    'a list, x'
    """
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Translatable(separator.join(f"{{{name}}}" for name in values), values)


def reason_of(error: Exception) -> Translatable:
    """The message of an error, which `str` of the error would reduce to English.

    >>> reason_of(ValueError(tr("a star stands alone"))).msgid, reason_of(ValueError("Kode tidak dikenal."))
    ('a star stands alone', 'Kode tidak dikenal.')
    """
    message = error.args[0] if error.args else ""
    return message if isinstance(message, Translatable) else untranslated(str(error))


def any_of(parts: Iterable[str]) -> Translatable:
    """Several texts of which one is enough.

    >>> any_of([tr("text"), tr("a list"), tr("a group of keys")]), any_of([tr("text")])
    ('text or a list or a group of keys', 'text')
    """
    return reduce(lambda first, second: tr("{first} or {second}", first=first, second=second), map(untranslated, parts))


def all_of(parts: Iterable[str]) -> Translatable:
    """Several texts that belong together.

    >>> all_of(["'kopi'", "'teh'"])
    "'kopi' and 'teh'"
    """
    return reduce(lambda first, second: tr("{first} and {second}", first=first, second=second), map(untranslated, parts))


def system_reason(error: OSError | ValueError) -> Translatable:
    """The reason for which the system refuses a file, or a name such as one with a NUL in it.

    The common reasons have translations, any other stays as the system says it.

    >>> system_reason(IsADirectoryError(21, "Is a directory")).msgid, system_reason(OSError(5, "Input/output error"))
    ('Is a directory', 'Input/output error')
    """
    said = (error.strerror if isinstance(error, OSError) else "") or str(error)
    return tr(said) if said in _SYSTEM_REASONS else untranslated(said)


_SYSTEM_REASONS = frozenset(
    (
        msgid("Is a directory"),
        msgid("Not a directory"),
        msgid("No such file or directory"),
        msgid("Permission denied"),
        msgid("Read-only file system"),
        msgid("No space left on device"),
        msgid("File name too long"),
    )
)
