"""`OneWay`: what the transports of measurements and fault tests have in common, which only write down what they are given to send."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Group, Listener, Session


class OneWay(ABC):
    """A transport that any number of processes may have open, always connected, without groups or files."""

    runs_anywhere = True

    def __init__(self, name: str) -> None:
        self.name = name

    def open(self, listener: Listener) -> None:  # noqa: B027  nothing comes in by itself
        """Nothing is opened."""

    def close(self) -> None:  # noqa: B027
        """Nothing is open."""

    @abstractmethod
    def send(self, outbound: Outbound, file: File | None = None) -> str: ...

    def session(self) -> Session:
        return Session(is_authenticated=True, number="628000")

    def groups(self) -> Sequence[Group]:
        return ()

    def has_whatsapp(self, number: str) -> bool:
        return True

    def download(self, attachment: Attachment) -> File:
        raise Refused("There are no files here.")
