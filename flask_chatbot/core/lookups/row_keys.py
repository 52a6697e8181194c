"""The keys by which saved rows are found: a hash of a field and its value, in the normal form that matching uses."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from flask_chatbot.core.lookups.keys import SEPARATOR, loose_key, without_spaces

CODE = "#"  # stands for the number of a row as customers read it, among the names of fields
CODE_LIMIT = 40  # characters of a code or a name, which people space as they like
VALUE_LIMIT = 200  # characters of a value that is looked up; nobody writes more to find something


def key_of(name: str, field: str, value: object) -> str:
    """The key of one value of a field in a table.

    >>> key_of("pesanan", "kode", " A-1 ") == key_of("pesanan", "kode", "a-1"), key_of("pesanan", "kode", 1) == key_of("pesanan", "kode", 2)
    (True, False)
    """
    return hashed(name, field, loose_key(value))


def hashed(name: str, field: str, form: str) -> str:
    """The key of a form of a value."""
    text = SEPARATOR.join((name, field, form))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def forms_in(value: object) -> tuple[str, ...]:
    """The forms by which a value of a row is found: its normal form, and that without spaces; none of what nobody looks up.

    >>> forms_in("KP 250"), forms_in(12), forms_in(["KP 250"])
    (('kp 250', 'kp250'), ('12',), ())
    """
    if isinstance(value, int | float):
        return (loose_key(value),)
    if not isinstance(value, str) or not 0 < len(value) <= VALUE_LIMIT:
        return ()
    form = loose_key(value)
    return tuple(dict.fromkeys((form, without_spaces(form)))) if len(value) <= CODE_LIMIT else (form,)


def keys_in(name: str, fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys of all fields of a row by which somebody may look it up, also without the spaces in them."""
    for field, value in fields.items():
        yield from (hashed(name, field, form) for form in forms_in(value))


def key_without_spaces(name: str, field: str, value: object) -> str:
    """The key of a value however it is spaced, for where nothing is found as it is written.

    >>> key_without_spaces("pesanan", "kode", "KP 250") == key_of("pesanan", "kode", "kp250")
    True
    """
    return hashed(name, field, without_spaces(loose_key(value)))
