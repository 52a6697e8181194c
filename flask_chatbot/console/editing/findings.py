"""`Findings`: the problems and warnings of the rules in use, found once for as long as they are in use."""

from weakref import WeakKeyDictionary

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.checking import check_rules
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.core.values.problems import Mark, Problem


class Findings:
    """Everything that `flask chatbot check` says of a bot's rules, kept until others are in use or the files have new problems."""

    _lock = Late(new_lock)

    def __init__(self) -> None:
        self._found: WeakKeyDictionary[Bot, tuple[RuleBook, tuple[Problem, ...], tuple[Problem, ...]]] = WeakKeyDictionary()

    def of(self, bot: Bot) -> tuple[Problem, ...]:
        """The problems and warnings, in order of place."""
        with self._lock:
            found = self._found.get(bot)
            if found is None or found[0] is not bot.book or found[1] is not bot.problems:
                found = self._found[bot] = bot.book, bot.problems, check_rules(bot.path, bot).problems
            return found[2]


def inside(problems: tuple[Problem, ...], marks: list[Mark]) -> tuple[dict[Mark, list[Problem]], list[Problem]]:
    """The problems by the rule in whose lines they stand, and those that stand in no rule; `marks` are the beginnings of the rules.

    >>> rule, other = Mark("r.yaml", 4, 3), Mark("r.yaml", 9, 3)
    >>> found, rest = inside((Problem(Mark("r.yaml", 5, 3), "a"), Problem(Mark("r.yaml", 2, 1), "b")), [other, rule])
    >>> found[rule][0].message, rest[0].message
    ('a', 'b')
    """
    found: dict[Mark, list[Problem]] = {}
    rest: list[Problem] = []
    ordered = sorted(marks)
    for problem in problems:
        before = [mark for mark in ordered if mark.file == problem.mark.file and mark.line <= problem.mark.line]
        if before:
            found.setdefault(before[-1], []).append(problem)
        else:
            rest.append(problem)
    return found, rest
