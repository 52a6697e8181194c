"""Functions as handlers: where each is defined, and if its parameters can be filled by name."""

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.problems import NOWHERE, Mark, Problem, did_you_mean
from flask_chatbot.errors import HandlerError

Function = Callable[..., Any]
ELSEWHERE = {  # parameters people try, and where to find the value
    "nama": "message.sender.name",
    "nohp": "message.sender.number",
    "sender": "message.sender",
    "text": "message.text",
    "data": "message.data",
    "keyword": "message.keyword",
}


@dataclass(frozen=True, slots=True)
class Handler:
    """A registered function: its qualified name, where it is defined, and the names of its parameters."""

    function: Function
    name: str
    mark: Mark
    parameters: tuple[str, ...] = ()

    def __call__(self, values: Mapping[str, object]) -> Any:
        """Call the function with the values that its parameters name."""
        return self.function(**{name: values[name] for name in self.parameters})


def inspected(function: Function, allowed: Collection[str] | None = None) -> Handler:
    """Make a handler of the function; raise `HandlerError` if its parameters cannot be filled by name, or are not `allowed`."""
    handler = located(function)
    names = []
    bound = function.keywords if isinstance(function, functools.partial) else {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in bound:
            continue
        if message := unfillable(parameter, handler.name, allowed):
            raise refusal(handler.mark, message)
        names.append(parameter.name)
    return Handler(function, handler.name, handler.mark, tuple(names))


def unfillable(parameter: inspect.Parameter, handler: str, allowed: Collection[str] | None) -> Translatable:
    """The reason why a parameter cannot be filled by name; empty if it can."""
    name = parameter.name
    if parameter.kind is parameter.POSITIONAL_ONLY:
        return tr("{handler} takes {parameter!r} by position, but values come by name. Remove the '/'.", handler=handler, parameter=name)
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        written = str(parameter).partition(":")[0]
        return tr(
            "{handler} has the parameter '{written}', but values come by name. Name each parameter.", handler=handler, written=written
        )
    if allowed is not None and name not in allowed:
        guess = hint(name, allowed)
        return tr("{handler} wants {parameter!r}, which it cannot get here.{guess}", handler=handler, parameter=name, guess=guess)
    return NO_MESSAGE


def located(function: Function, takes: int = 0) -> Handler:
    """Make a handler that knows its name and place; raise `HandlerError` if the function cannot be called with what it `takes`."""
    inner = bare(function)
    mark = mark_of(inner)
    if not callable(function):
        raise refusal(mark, tr("a handler is a function, not {name}.", name=type(function).__name__))
    name = f"{inner.__module__}.{getattr(inner, '__qualname__', type(inner).__qualname__)}"
    if name.rpartition(".")[2] in ("<lambda>", "_"):
        name = f"{name}:{mark.line}"  # a name that says nothing, so two of them are two functions
    if is_async(function) or is_async(type(function).__call__):
        raise refusal(mark, tr("{name} is async, and handlers are called as plain functions. Write `def` without `async`.", name=name))
    try:
        signature = inspect.signature(function)
        if takes and not hasattr(function, "jinja_pass_arg"):
            signature.bind(*range(takes))
    except ValueError:  # of some that are built in, such as int, Python does not know the parameters
        if not takes:
            raise refusal(mark, tr("The parameters of {name} are unknown to Python. Wrap it in a function.", name=name)) from None
    except TypeError:
        raise refusal(
            mark, tr("{name}{signature} is called with one value, and does not accept one.", name=name, signature=signature)
        ) from None
    return Handler(function, name, mark)


def is_async(function: Function) -> bool:
    """True if a call would only return an awaitable."""
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def refusal(mark: Mark, message: Translatable) -> HandlerError:
    """Make the error for a function that cannot be registered."""
    return HandlerError([Problem(mark, message)])


def bare(function: Function) -> Any:
    """The function itself, without the decorators wrapped around it."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        else:
            return function


def mark_of(function: Any) -> Mark:
    """The place where a function is defined; its module and line 1 if Python does not know."""
    code = getattr(function, "__code__", None) or getattr(vars(type(function)).get("__call__"), "__code__", None)
    if code is None:
        return Mark(getattr(function, "__module__", None) or "?", 1, 1)
    return Mark(short_path(Path(code.co_filename)), code.co_firstlineno, 1)


def word(value: object, decorator: str, example: str) -> str:
    """Return the decorator's name argument; raise `HandlerError` if there is none, most likely because parentheses are missing."""
    if isinstance(value, str):
        return value
    message = tr("@bot.{decorator} takes a name first. Write @bot.{decorator}({example!r}).", decorator=decorator, example=example)
    raise refusal(mark_of(bare(value)) if callable(value) else NOWHERE, message)


def hint(parameter: str, known: Collection[str]) -> str:
    """The advice for a parameter that cannot be filled."""
    if parameter in ELSEWHERE:
        return tr(" Take `message` instead: {written} has it.", written=ELSEWHERE[parameter])
    if parameter == "self":
        return tr(" Register the method of an object, such as shop.stock, after the object is made.")
    return did_you_mean(parameter, known) or tr(" It may ask for: {names}.", names=", ".join(known))
