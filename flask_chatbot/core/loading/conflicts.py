"""Conflicts between rules: names taken twice, menus that lead nowhere, keywords that too many share."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from flask_chatbot.core.deciding.rulebook import RULES_PER_LITERAL
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Problem, did_you_mean

SIMILAR_TEXT = tr("similar text")


def missing_targets(by_name: Mapping[str, Rule]) -> Iterator[Problem]:
    """Yield the menu entries that lead to no rule."""
    for rule in by_name.values():
        for entry in rule.menu:
            if entry.rule not in by_name:
                guess = did_you_mean(entry.rule, by_name) or tr(" Write the words first, and then the name of a rule.")
                yield Problem(
                    entry.mark, tr("the menu leads to a rule {rule!r}, which does not exist.{guess}", rule=entry.rule, guess=guess)
                )


def named(rules: list[Rule], problems: list[Problem]) -> dict[str, Rule]:
    """The rules by name. A repeated name is a problem; a keyword used as a name gets a number instead."""
    by_name: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda rule: not rule.is_named):
        name = rule.name
        if rule.is_named and name in by_name:
            problems.append(
                Problem(
                    rule.mark,
                    tr("the name {name!r} is taken by the rule at {mark}. Choose another one.", name=name, mark=by_name[name].mark),
                )
            )
        number = 2
        while name in by_name:
            name = f"{rule.name} {number}"
            number += 1
        by_name[name] = rule if name == rule.name else replace(rule, name=name)
    return dict(sorted(by_name.items(), key=lambda item: item[1].position))


def check_sharing(rules: list[Rule], problems: list[Problem]) -> None:
    """Report a keyword shared by more rules than can be tried for one message."""
    sharing = Counter(chain.from_iterable(map(literals, rules)))
    for literal in (literal for literal, count in sharing.items() if count > RULES_PER_LITERAL):
        last = [rule for rule in rules if literal in literals(rule)][-1]
        kind, text = literal
        message = tr(
            "{count} rules share the {kind} {text!r}, and the limit is {limit}. Merge some.",
            count=sharing[literal],
            kind=kind.strip("#"),
            text=text,
            limit=RULES_PER_LITERAL,
        )
        problems.append(Problem(last.mark, message))


def literals(rule: Rule) -> list[tuple[str, str]]:
    """Everything that a rule is found by, each with its kind."""
    found = [("keyword#" if keyword.takes_fields else "keyword", keyword.literal) for keyword in rule.keywords]
    found += [("pattern", pattern.source) for pattern in rule.patterns]
    found += [("phrase", phrase.literal) for phrase in rule.contains]
    found += [(SIMILAR_TEXT, literal) for literal in rule.similar]
    return found
