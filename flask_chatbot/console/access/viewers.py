"""Viewers: those who are let into the console, and what each may do there."""

from dataclasses import dataclass
from typing import cast

from flask import Response

from flask_chatbot.errors import ChatbotError
from flask_chatbot.settings.accounts import ROLES, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody in the console. The name is empty where it has one password for all.

    >>> Viewer(name="ani", role="answer").may("look"), Viewer(name="ani", role="answer").may("edit")
    (True, False)
    """

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """True if this viewer's role includes another one."""
        return ROLES.index(self.role) >= ROLES.index(role)


def read_guarded(answer: object) -> Viewer | Response | None:
    """The viewer that a guard of the app's lets in, None for nobody, or the response it wants instead, such as a redirect to its login.

    >>> read_guarded(("ani", "edit"))
    Viewer(name='ani', role='edit')
    >>> read_guarded("look"), read_guarded(None)
    (Viewer(name='', role='look'), None)
    """
    if answer is None or isinstance(answer, Response):
        return answer
    name, role = answer if isinstance(answer, tuple) and len(answer) == 2 else ("", answer)
    if isinstance(name, str) and role in ROLES:
        return Viewer(name=name, role=cast("Role", role))
    raise ChatbotError(
        "The function of @bot.console_guard returns a role (look, answer or edit), a tuple of name and role, None to refuse, or a "
        f"response. It returned {type(answer).__name__}."
    )
