"""The check of maps among the vars, such as price tables: every key that a template looks up has an entry."""

from collections.abc import Iterator, Sequence

from jinja2 import nodes

from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.templates.flaws import Fault, span
from flask_chatbot.core.templates.inference import keys_of, type_of
from flask_chatbot.core.templates.spelling import an_entry, called
from flask_chatbot.core.templates.types import Scope, Type
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.problems import did_you_mean

LISTED = 120  # characters of keys, as a message lists them


def looked_up(node: nodes.Getitem | nodes.Getattr, whole: Type, scope: Scope, is_guarded: bool) -> Iterator[Fault]:
    """Check an entry of a map: one that is named, or those of all options of a choice; of other keys it may lack some.

    Where the entry `is_guarded`, something takes the place of a missing one.
    """
    keys, arg = keys_of(node, scope), node.arg if isinstance(node, nodes.Getitem) else None
    key_type, known = type_of(arg, scope), [key for key, _ in whole.entries]
    what, key, message = called(node.node, tr("the map")), called(arg, tr("the key")), NO_MESSAGE
    if keys is not None:
        message = lacking(keys, known, key_type.options, what)
    elif key_type.words and not (key_type.is_text or key_type.is_number):
        message = tr(
            "the entries of {map} have names, and {key} is {type}. Look one up by a choice, or by its name in quotes.",
            map=what,
            key=key,
            type=key_type.words,
        )
    elif not is_guarded:
        message = unsure(called(node, "..."), what, key, known)
    if not message and key_type.optional and not is_guarded:
        message = tr(
            "{key} may have been left out, and {map} has no entry for nothing. Ask `{{% if {key} is not none %}}` first.", key=key, map=what
        )
    if message:
        yield Fault(span(node)[0], message, next((name.name for name in node.find_all(nodes.Name)), ""))


def unsure(entry: str, what: str, key: str, known: Sequence[str]) -> Translatable:
    """The complaint about an entry that may be missing, since its key may be anything."""
    return tr(
        "{entry} may not be there: {map} has {entries}. Give {key} `options:`, or write `{entry} | default(0)`.",
        entry=entry,
        map=what,
        entries=listed(known),
        key=key,
    )


def lacking(keys: Sequence[str], known: Sequence[str], options: Sequence[str], what: str) -> Translatable:
    """The complaint about the first key that a map does not have, with the nearest one that is no option; empty where it has all.

    >>> lacking(["kopi", "teh"], ["kopi", "the"], ["kopi", "teh"], "harga")
    "customers may choose 'teh', and harga has no such entry. Did you mean 'the'?"
    """
    key = next((key for key in keys if key not in known), None)
    if key is None:
        return NO_MESSAGE
    guess = did_you_mean(key, [each for each in known if each not in options])
    if options:
        way_out = guess or tr(" Add `{key}: ...` to it.", key=key)
        return tr("customers may choose {key!r}, and {map} has no such entry.{way_out}", key=key, map=what, way_out=way_out)
    return tr("{value} has no {part!r}.{guess}", value=what, part=key, guess=guess or tr(" It has {entries}.", entries=listed(known)))


def looked_up_by(tree: nodes.Template, name: str) -> Iterator[nodes.Expr | None]:
    """Yield what stands between the brackets of each use of a map, a word behind a dot as a constant; None for a use of all of it."""
    indexed: dict[int, nodes.Getitem | nodes.Getattr] = {id(part.node): part for part in tree.find_all(nodes.Getitem)}
    indexed |= {id(part.node): part for part in tree.find_all(nodes.Getattr)}
    for use in tree.find_all(nodes.Name):
        if use.name == name:
            part = indexed.get(id(use))
            yield part.arg if isinstance(part, nodes.Getitem) else nodes.Const(part.attr) if part else None


def listed(keys: Sequence[str]) -> str:
    """Keys as a message lists them."""
    return clip(", ".join(keys), LISTED)


def of_one(walked: Type) -> Type:
    """The type of the name that a loop gives to each entry of a list, or to each key of a map.

    >>> of_one(Type("map", entries=(("kopi", Type("integer")),))).options
    ('kopi',)
    """
    if walked.kind == "map":
        return Type("choice", options=tuple(key for key, _ in walked.entries))
    return Type(walked.inner, entries=walked.entries) if walked.kind == "list" else Type()


def printed(node: nodes.Output, scope: Scope) -> Iterator[Fault]:
    """Yield a complaint about a map that is printed as a whole."""
    for child in node.nodes:
        whole = type_of(child, scope)
        if whole.kind == "map" and isinstance(child, nodes.Name | nodes.Getitem | nodes.Getattr):
            what = called(child, tr("the map"))
            message = tr(
                "{map} is a map: customers would read all of it. Write one entry, such as `{entry}`.", map=what, entry=an_entry(what, whole)
            )
            yield Fault(span(child)[0], message, what)
