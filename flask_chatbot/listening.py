"""The decorators of `Chatbot` for all but answers: acks, people, reactions, edits, deletions, who enters the console."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_chatbot.bot.handlers import Event, Handlers
from flask_chatbot.bot.signatures import refusal
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import NOWHERE
from flask_chatbot.startup.start_errors import printed_alone

F = TypeVar("F", bound=Callable[..., Any])


class Listening:
    """Registers functions that answer no message."""

    def __init__(self) -> None:
        self._handlers = Handlers()

    @printed_alone
    def on_ack(self, function: F | None = None) -> F:
        """Call a function (`message_id`, `ack`, `number`, `error`) whenever a message's delivery status changes.

        `ack` is an `Ack`, `number` the person's number or the group's id, `error` the reason for `Ack.ERROR`, else None. It runs in the
        process that sends messages, in the app's context. If it raises, it is called again, so it may see the same change twice.
        """
        return self._listener("acks", function, "on_ack")

    @printed_alone
    def on_forget(self, function: F | None = None) -> F:
        """Call a function (`person`, `number`) for each person that `flask chatbot forget` deletes, so that the app deletes what it has.

        `person` is the id as in `message.sender.person`, `number` may be empty. It runs in the app's context, before the bot deletes
        anything of theirs; if it raises, nothing is deleted.
        """
        return self._listener("forgets", function, "on_forget")

    @printed_alone
    def on_merge(self, function: F | None = None) -> F:
        """Call a function (`old`, `new`) whenever two people turn out to be one, such as when somebody's number becomes known.

        Both are ids as in `message.sender.person`; all that was kept of the old one is the new one's. It runs once that is stored, in the
        app's context, before the message that showed it is answered; if it raises, it is logged and not called again.
        """
        return self._listener("merges", function, "on_merge")

    @printed_alone
    def on_reaction(self, function: F | None = None) -> F:
        """Call a function (`message`, `message_id`) whenever somebody reacts to a message.

        ``message.reaction.emoji`` is empty if they take it back; `message_id` is what `send` returned for the message reacted to, empty if
        it is not ours. It runs in the app's context, once for each reaction (rarely twice, after a crash), and nobody gets what it
        returns: call `reply`. If it raises, that is logged.
        """
        return self._listener("reactions", function, "on_reaction")

    @printed_alone
    def on_edit(self, function: F | None = None) -> F:
        """Call a function (`message`) whenever somebody changes a message: ``message.edits`` is its id, ``message.text`` the new text.

        The answer that the message got stays as it is. It runs as under `on_reaction`.
        """
        return self._listener("edits", function, "on_edit")

    @printed_alone
    def on_delete(self, function: F | None = None) -> F:
        """Call a function (`message`) whenever somebody deletes a message: ``message.deletes`` is its id.

        The bot has deleted what it kept of its text by then. It runs as under `on_reaction`.
        """
        return self._listener("deletions", function, "on_delete")

    @printed_alone
    def console_guard(self, function: F | None = None) -> F:
        """Let a function of the app's, without parameters, say who may enter the console; CHATBOT_CONSOLE_PASSWORD then does not count.

        It is called for each page, in the request, and returns a role (``"look"``, ``"answer"`` or ``"edit"``), or a tuple of a name for
        the audit log and a role; None refuses. It may return a response of Flask's in their place, such as a redirect to a login page.
        """
        function = plain(function, "console_guard")
        self._handlers.add_console_guard(function)
        return function

    def _listener(self, event: Event, function: F | None, decorator: str) -> F:
        function = plain(function, decorator)
        self._handlers.add_listener(event, function)
        return function


def plain(function: F | None, decorator: str) -> F:
    """Return the function given to a decorator without parentheses."""
    if function is None:
        raise refusal(
            NOWHERE,
            tr("@bot.{decorator} takes no parentheses. Write @bot.{decorator} on the line above the function.", decorator=decorator),
        )
    return function
