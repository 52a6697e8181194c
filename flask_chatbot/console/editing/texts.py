"""Texts of rule files as a browser has them, and back: with the file's own line endings, byte for byte where nothing was changed."""

import re
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import zip_longest

BOM = b"\xef\xbb\xbf"
SIZE_LIMIT = 512 * 1024  # bytes of a file that the console opens
_ENDING = re.compile(r"\r\n|\r|\n")


def text_in(source: bytes) -> str | None:
    r"""The text of a file, its lines ending in \n; None if it is not UTF-8.

    >>> text_in(b"\xef\xbb\xbfversion: 1\r\n"), text_in(b"\xff\xfe")
    ('version: 1\n', None)
    """
    try:
        return _ENDING.sub("\n", source.removeprefix(BOM).decode())
    except UnicodeDecodeError:
        return None


def source_of(text: str, before: bytes) -> bytes:
    r"""The file with a new text: what was not changed stays byte for byte, and new lines end as the others do.

    >>> source_of("a\nb\nc\n", b"\xef\xbb\xbfa\r\nc\r\n")
    b'\xef\xbb\xbfa\r\nb\r\nc\r\n'
    >>> source_of("a\nb\nc", b"a\nc\r\n")
    b'a\nb\nc'
    """
    lines, old = split_lines(text), split_lines(before.removeprefix(BOM).decode())
    known = dict.fromkeys(ending for _, ending in old if ending)  # of as many of each, the first one is usual
    usual = max(known, key=[ending for _, ending in old].count, default="\n")
    endings = _endings(lines, old, usual) if len(known) > 1 else [usual] * len(lines)
    written = "".join(line + (ending if was else "") for (line, was), ending in zip(lines, endings, strict=True))
    return (BOM if before.startswith(BOM) else b"") + written.encode()


def split_lines(text: str) -> list[tuple[str, str]]:
    r"""The lines of a text, each with its ending, which the last one may lack.

    >>> split_lines("a\r\nb"), split_lines("")
    ([('a', '\r\n'), ('b', '')], [])
    """
    pairs = list(zip_longest(_ENDING.split(text), _ENDING.findall(text), fillvalue=""))
    return pairs[:-1] if pairs and pairs[-1] == ("", "") else pairs


def _endings(lines: list[tuple[str, str]], old: list[tuple[str, str]], usual: str) -> list[str]:
    """The ending of each line of a file that mixes them: its old one if the line was there."""
    found = [usual] * len(lines)
    matcher = SequenceMatcher(None, [line for line, _ in old], [line for line, _ in lines], autojunk=False)
    for first, second, size in matcher.get_matching_blocks():
        for place in range(size):
            found[second + place] = old[first + place][1] or usual
    return found


def fingerprint_of(source: bytes) -> str:
    """A name for the content of a file, so that a change of it is seen."""
    return sha256(source).hexdigest()
