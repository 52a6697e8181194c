"""Maps among the vars whose entries customers choose, as from a price table: those that nobody can choose."""

from collections.abc import Iterable, Iterator, Mapping

from jinja2 import nodes

from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.templates.maps import looked_up_by
from flask_chatbot.core.translation.translatable import tr


def check_price_tables(variables: Mapping[str, Place], rules: Iterable[Rule]) -> None:
    """Warn of the entries of each map that no option leads to, where all uses of it are known and some are by the options of a field."""
    tables = {name: place for name, place in variables.items() if isinstance(place.data, dict)}
    if not tables:
        return
    known = tuple(rules)
    for name, place in tables.items():
        looked_up = list(uses_of(name, known))
        options = {option for keys, is_choice in looked_up if keys for option in keys if is_choice}
        if not options or any(keys is None for keys, _ in looked_up):
            continue
        used = {key for keys, _ in looked_up for key in keys or ()}
        for key in (key for key in place.data if key not in used):
            place.at(key).warn(
                tr("nobody can choose {key!r} of {name!r}. Add it to the options of the field, or remove it.", key=key, name=name), key=True
            )


def uses_of(name: str, rules: Iterable[Rule]) -> Iterator[tuple[tuple[str, ...] | None, bool]]:
    """Yield the keys that each use of a map may look up, and True if these are the options of a field; None where they are unknown."""
    for rule in rules:
        choices = {field.name: tuple(option.value for option in field.options) for field in rule.fields or () if field.options}
        for template in (each for each in rule.templates if name in each.source):
            for index in looked_up_by(template.parsed(), name):
                if isinstance(index, nodes.Const):
                    yield (str(index.value),), False
                else:
                    options = choices.get(index.name) if isinstance(index, nodes.Name) else None
                    yield options, True
