"""`Lines`: the connections of an app to WhatsApp by their names, and the choice of one for a message."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.chats import is_group, person_in
from flask_chatbot.core.values.people import is_outside_id
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.errors import NotAccepted
from flask_chatbot.settings.webhook_lines import sends_only
from flask_chatbot.store import inbox, people
from flask_chatbot.webclient.client import HttpClient


class Lines:
    """The gateways of an app, one for each line, in the order of the configuration; there is at least one."""

    def __init__(self, gateways: Iterable[Gateway]) -> None:
        self._by_name: Mapping[str, Gateway] = {each.transport.name: each for each in gateways}

    def __iter__(self) -> Iterator[Gateway]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __repr__(self) -> str:
        return f"<Lines {', '.join(self._by_name)}>"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the lines."""
        return tuple(self._by_name)

    @property
    def first(self) -> Gateway:
        """The gateway of the first line, which is the only one of most apps."""
        return next(iter(self))

    @property
    def database(self) -> Database:
        """The database that all lines share."""
        return self.first.database

    @property
    def client(self) -> HttpClient:
        """The client for all calls of other people's URLs."""
        return self.first.client

    @property
    def bot(self) -> Bot:
        """The bot of the first line."""
        return self.first.bot

    @property
    def bots(self) -> tuple[Bot, ...]:
        """The bots of the lines, each once: lines may share their rules."""
        return tuple(dict.fromkeys(each.bot for each in self))

    def is_only(self, name: str) -> bool:
        """True if there is a line of this name, and no other."""
        return self.names == (name,)

    def of(self, name: str | None) -> Gateway | None:
        """The gateway of a line; None if there is no such line."""
        return self._by_name.get(name or "")

    def behind(self, line: str | None) -> Gateway | None:
        """The gateway by which to write to whoever wrote by a line or under a webhook key of that name; None if that is no line's."""
        return self.of(line) or self._brought

    def of_session(self, session: str) -> Gateway | None:
        """The gateway of the line by which a kept message came; None if that is no line now."""
        return self.of(self._by_session.get(session))

    def sessions_of(self, line: str) -> tuple[str, ...]:
        """The sessions under which messages that came by a line are kept."""
        return tuple(session for session, name in self._by_session.items() if name == line)

    @cached_property
    def _brought(self) -> Gateway | None:
        """The only line whose messages the webhook brings; None without one, and where there are several."""
        found = [each for each in self if sends_only(each.settings)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_session(self) -> Mapping[str, str]:
        """The names of the lines by the sessions under which messages of theirs are kept."""
        keys = [key.name for key in self.first.settings.webhook_keys]
        by_webhook = {name: self.behind(name) for name in (None, *keys, *self.names)}
        found = {inbox.webhook_session(name): each.transport.name for name, each in by_webhook.items() if each is not None}
        return {**found, **{name: name for name in self.names}}

    def named(self, name: str) -> Gateway:
        """The gateway of a line; raises `NotAccepted` if there is no such line."""
        found = self.of(name)
        if found is None:
            way_out = did_you_mean(name, self.names) or tr(" The lines are: {names}.", names=", ".join(self.names))
            raise NotAccepted(tr("There is no line {name!r}.{way_out}", name=name[:60], way_out=way_out))
        return found

    def choose(self, line: str = "") -> Gateway:
        """The gateway of a line, or of the only one there is; raises `NotAccepted` if it must be named."""
        if line:
            return self.named(line)
        if len(self) > 1:
            raise NotAccepted(tr("This app has several lines. Name one of them as 'line': {names}.", names=", ".join(self.names)))
        return self.first

    def for_chat(self, chat: str, line: str = "") -> Gateway:
        """The gateway for a message to a chat: of that line, else the only one, else the one by which was last written from there.

        Raises `NotAccepted` if none of these is known.
        """
        if line or len(self) == 1:
            return self.choose(line)
        found = self.last_of(chat)
        if found is None:
            raise NotAccepted(
                tr(
                    "This app has several lines, and nobody has written from there by any of them. Name one as 'line': {names}.",
                    names=", ".join(self.names),
                )
            )
        return found

    def has_seen(self, chat: str, line: str = "") -> bool:
        """True if somebody with this id, or a group with this chat, is known to a line; without one, to any."""
        return any(each.has_seen(chat) for each in self if line in ("", each.transport.name))

    def known(self, id_: str) -> tuple[str, str]:
        """Our id of the person with an id in place of a number, and their number; either is empty if it is unknown."""
        found = [each.known(id_) for each in self]
        return next((each for each in found if each[0]), found[0])

    def has_worker(self, wake: Callable[[], None]) -> None:
        """Register a worker of this process; `wake` makes it look for work at once."""
        for each in self:
            each.has_worker(wake)

    def wake(self) -> None:
        """Make a worker of this process look for work."""
        self.first.wake()

    def last_of(self, chat: str) -> Gateway | None:
        """The gateway of the line by which was last written from a chat; None if that is unknown."""
        session = self._last_session(chat)
        return None if session is None else self.of_session(session)

    def _last_session(self, chat: str) -> str | None:
        sessions = tuple(self._by_session)
        with self.database.reading() as connection:
            if is_group(chat):
                return inbox.last_session_of_group(connection, chat, sessions)
            ids = [people.with_id(connection, chat, name) for name in self.names] if is_outside_id(chat) else []
            person = next(filter(None, ids), None) or person_in(chat)
            return inbox.last_session_of(connection, person, sessions)
