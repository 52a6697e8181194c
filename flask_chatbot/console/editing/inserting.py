"""Inserting phrases and rules into the text of a rule file; all else of it stays as it is."""

from collections.abc import Iterator
from typing import Any

import yaml

from flask_chatbot.core.loading.triggers import KEYS

SIMILAR = "similar"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLOCKS = ("|", ">")
_FLOW_SIGNS = frozenset(",[]{}:#&*!|>'\"%@`")  # a plain text with one of these needs quotes within brackets


def with_phrase(text: str, line: int, phrase: str) -> str | None:
    r"""The text with one more phrase under `similar` of the rule that begins on a line; None if that is written in an unusual way.

    `phrase` is as it stands between double quotes.

    >>> print(with_phrase("rules:\n  - keyword: jam  # buka\n    reply: Jam 8\n", 2, "kapan buka"))
    rules:
      - keyword: jam  # buka
        similar: ["kapan buka"]
        reply: Jam 8
    <BLANKLINE>
    """
    rule = next((each for each in _rules(text) if each.start_mark.line + 1 == line and isinstance(each, yaml.MappingNode)), None)
    if rule is None:
        return None
    pairs = {key.value: (key, value) for key, value in rule.value if isinstance(key, yaml.ScalarNode)}
    if SIMILAR not in pairs:
        return _with_key(text, rule, pairs, phrase)
    key, value = pairs[SIMILAR]
    if value.start_mark.index < key.end_mark.index:  # an alias of something elsewhere
        return None
    if isinstance(value, yaml.SequenceNode):
        return _with_entry(text, value, phrase)
    return _with_list(text, key, value, phrase) if isinstance(value, yaml.ScalarNode) else None


def with_rule(text: str, phrase: str, reply: str) -> str | None:
    r"""The text with one more rule at the end of its list; None if the list is written in an unusual way.

    >>> print(with_rule("rules:\n- keyword: jam\n  reply: Jam 8\n\n# akhir\n", "ada parkir", "Ada, gratis."))
    rules:
    - keyword: jam
      reply: Jam 8
    - similar: ["ada parkir"]
      reply: "Ada, gratis."
    <BLANKLINE>
    # akhir
    <BLANKLINE>
    """
    rules = _under(text, "rules")
    if rules is None:
        gap = "" if text.endswith("\n") or not text else "\n"
        return f"{text}{gap}rules:\n{_rule('  ', phrase, reply)}\n"
    if not isinstance(rules, yaml.SequenceNode) or rules.flow_style or not rules.value:
        return None
    last = rules.value[-1]
    dash = _dash(text, last)
    if dash is None or last.start_mark.index < rules.start_mark.index:
        return None
    return _below(text, _end_of(last), _rule(dash, phrase, reply))


def _rules(text: str) -> list[Any]:
    rules = _under(text, "rules")
    return rules.value if isinstance(rules, yaml.SequenceNode) else []


def _under(text: str, key: str) -> Any:
    """The node under a key of the file; None if there is none, or the file cannot be read."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError):
        return None
    pairs = root.value if isinstance(root, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _with_entry(text: str, entries: Any, phrase: str) -> str | None:
    """The text with one more entry of a list."""
    if not entries.value:
        at = entries.end_mark.index - 1
        return f'{text[:at]}"{phrase}"{text[at:]}' if entries.flow_style else None
    last = entries.value[-1]
    if last.start_mark.index < entries.start_mark.index:
        return None
    if entries.flow_style:
        return f'{text[: last.end_mark.index]}, "{phrase}"{text[last.end_mark.index :]}'
    dash = _dash(text, last)
    return None if dash is None else _below(text, _end_of(last), f'{dash}- "{phrase}"')


def _with_list(text: str, key: Any, value: Any, phrase: str) -> str | None:
    """The text with a list in place of a single phrase."""
    if value.start_mark.line != value.end_mark.line or value.style in _BLOCKS:
        return None
    start, end = value.start_mark.index, value.end_mark.index
    written = text[start:end]
    if not written:
        at = text.index(":", key.end_mark.index) + 1
        return f'{text[:at]} ["{phrase}"]{text[at:]}'
    if not value.style and _FLOW_SIGNS & set(written):
        written = '"{}"'.format(value.value.replace("\\", "\\\\").replace('"', '\\"'))
    return f'{text[:start]}[{written}, "{phrase}"]{text[end:]}'


def _with_key(text: str, rule: Any, pairs: dict[str, Any], phrase: str) -> str | None:
    """The text with the key `similar`, below a line of the rule that says how it is found, if there is one."""
    if rule.flow_style:
        at = rule.start_mark.index + 1
        return f'{text[:at]}{SIMILAR}: ["{phrase}"], {text[at:]}'
    ordered = [pairs[name] for name in ("name", *KEYS) if name in pairs][::-1] + list(pairs.values())
    for key, value in ordered:
        if key.start_mark.line == value.start_mark.line == _end_of(value)[1] and value.start_mark.index > key.start_mark.index:
            return _below(text, _end_of(value), f'{" " * rule.start_mark.column}{SIMILAR}: ["{phrase}"]')
    return None


def _end_of(node: Any) -> tuple[int, int, bool]:
    """The place where what is written of a node ends, its line, and if a block of lines ends there, whose last line is part of it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        below = last[1] if isinstance(last, tuple) else last
        if below.start_mark.index < node.start_mark.index:  # an alias: it ends after its key
            key = last[0] if isinstance(last, tuple) else node
            return key.end_mark.index, key.end_mark.line, False
        node = below
    is_block = isinstance(node, yaml.ScalarNode) and node.style in _BLOCKS
    return node.end_mark.index, node.end_mark.line, is_block


def _below(text: str, end: tuple[int, int, bool], written: str) -> str:
    """The text with lines below the one in which something ends."""
    at, _, is_block = end
    if is_block and text[at - 1 : at] == "\n":
        return f"{text[:at]}{written}\n{text[at:]}"
    at = text.find("\n", at)
    return f"{text}\n{written}" if at < 0 else f"{text[:at]}\n{written}{text[at:]}"


def _dash(text: str, entry: Any) -> str | None:
    """The indentation of the dash of an entry; None if something else stands before it."""
    start = text.rfind("\n", 0, entry.start_mark.index) + 1
    before = text[start : entry.start_mark.index]
    indentation = before[: len(before) - len(before.lstrip(" "))]
    return indentation if before[len(indentation) :].strip() == "-" else None


def _rule(indentation: str, phrase: str, reply: str) -> str:
    return "\n".join(f"{indentation}{line}" if line else "" for line in (f'- {SIMILAR}: ["{phrase}"]', *_reply(reply)))


def _reply(reply: str) -> Iterator[str]:
    """Yield the lines of a reply: several as a block, one between quotes."""
    lines = reply.split("\n")
    if len(lines) == 1:
        yield '  reply: "{}"'.format(reply.replace("\\", "\\\\").replace('"', '\\"'))
        return
    yield "  reply: |-"
    yield from (f"    {line}" if line else "" for line in lines)
