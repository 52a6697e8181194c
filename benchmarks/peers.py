"""Those we are compared with, told the same rules."""

import re
from collections.abc import Callable, Sequence

from rivescript import RiveScript

from benchmarks.rulesets import UNKNOWN, Made, rivescript_lines

Answer = Callable[[str], str]


def loop_of_re(rules: Sequence[Made]) -> Answer:
    """A loop over compiled regular expressions, as short as it can be; the first that fits answers."""
    compiled = [(re.compile(rule.expression, re.IGNORECASE).search, rule.template) for rule in rules]

    def answer(text: str) -> str:
        text = text.strip()
        for search, reply in compiled:
            if search(text):
                return reply
        return UNKNOWN

    return answer


def rivescript(rules: Sequence[Made]) -> Answer:
    """A RiveScript brain with a trigger for each rule."""
    brain = RiveScript()
    brain.stream(list(rivescript_lines(rules)))
    brain.sort_replies()
    return lambda text: str(brain.reply("customer", f"{text.replace('#', ' ')} ya"))  # a trigger ends in a star, which takes a word
