"""New ids of people."""

from secrets import randbelow

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_TIME, _CHANCE = 9, 16  # digits of 5 bits


def new_person_id(at: float) -> str:
    """An id that nobody else has: 26 characters, and one given at a later millisecond sorts behind it.

    >>> new_person_id(1_764_043_200.0)[:10], len(new_person_id(0.0))
    ('P1KAWJP5G0', 26)
    """
    return "P" + _written(max(int(at * 1000), 0), _TIME) + _written(randbelow(32**_CHANCE), _CHANCE)


def _written(number: int, digits: int) -> str:
    text = ""
    for _ in range(digits):
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return text
