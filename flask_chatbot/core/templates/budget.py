"""The budget of one rendering, counted in steps while it runs: a step is a microsecond or slightly less."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.runtime import Context
from jinja2.utils import _PassArg

from flask_chatbot.core.templates.filters import Misfit, each

BUDGET = 1_000_000  # steps of one rendering
FILTER_STEPS = 100  # of a filter or test, as the slowest (`phone`) takes; each character or entry it is given is one more, as for `sort`
SUM_SIZE = 64  # characters that `+` joins in a step
NODES = 4  # parts of a loop's body that are done in a step
COMPARED = 8  # entries that `in` looks at in a step
PASSED = {_PassArg.context: "itself", _PassArg.environment: "environment", _PassArg.eval_context: "eval_ctx"}
TAKE_NOTHING = ("default", "d", "int", "float")  # filters that know what to put in the place of nothing


class Rendering(Context):
    """The names of one rendering, and the steps taken so far."""

    spent = 0

    @property
    def itself(self) -> "Rendering":
        return self

    def charge(self, steps: int) -> None:
        """Count some steps; raise `Misfit` beyond the limit of one reply."""
        self.spent += steps
        if self.spent > BUDGET:
            raise Misfit("the template takes more work than one reply may. Shorten its lists, or compute it in Python")


def size(value: object) -> int:
    """The number of characters or entries to walk."""
    return len(value) if isinstance(value, str | list | tuple | dict | set | frozenset) else 0


def metered(function: Callable[..., Any], takes_nothing: bool = True) -> Callable[..., Any]:
    """The filter or test, charged by the size of its input. Unless it takes None, it passes None on."""
    wanted = _PassArg.from_obj(function)
    passed = attrgetter(PASSED[wanted]) if wanted else None

    @pass_context
    def run(context: Rendering, value: object, /, *arguments: object, **options: object) -> object:
        if value is None and not takes_nothing:
            return None
        steps = FILTER_STEPS + (len(value) if isinstance(value, str) else size(value))
        context.charge(steps + sum(map(size, arguments)) if arguments else steps)
        return function(passed(context), value, *arguments, **options) if passed else function(value, *arguments, **options)

    return run


@pass_context
def walked(context: Rendering, value: object, parts: int) -> list[object]:
    """The entries that a ``for`` may walk, charged for the parts of its body."""
    entries = each(value)
    context.charge(len(entries) * (1 + parts // NODES))
    return entries


@pass_context
def compared(context: Rendering, value: object) -> object:
    """The `value`, charged for the size of a comparison."""
    context.charge(1 + size(value) // COMPARED)
    return value


def repeated(loop: nodes.For) -> list[nodes.Node]:
    """The nodes that every turn of a loop repeats, with inner loops walked once."""
    again = loop.body if loop.test is None else [*loop.body, loop.test]
    return [part for node in again for part in (node, *node.find_all(nodes.Node))]
