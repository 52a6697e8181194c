"""`World`: a transport under test, and what the tests have happen around it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Never

import pytest

from flask_chatbot.core.values.chats import group_chat, person_chat
from flask_chatbot.core.values.outbound import Outbound
from flask_chatbot.core.values.people import Alias
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.transports.base import Transport

BUDI = "628123456789"
OTHERS = tuple(f"62812345{number:04}" for number in range(1000, 1100))
NOBODY = "628999999999"
GROUP = "120363041234567890"


class World:
    """A transport, and the other side with its customers: real servers on loopback, or phones in memory.

    A method that cannot be written is left out, and `leaves_out` says why, by its name: the tests that need it are skipped with these
    words. Without a reason they fail.
    """

    leaves_out: ClassVar[Mapping[str, str]] = {}
    transport: Transport
    address: str = ""  # where the transport can be called; the tests set it before anything happens
    number: str = ""  # of the bot's own phone, if it is known
    secrets: Sequence[str] = ()  # keys and tokens of the transport, which nothing may show
    deadline: float = 2.0  # seconds after which the transport gives up a call: make it short for the tests

    def settle(self) -> None:
        """Return once all that is on its way has come in, or will never come. What was not kept comes again meanwhile."""
        self.left_out("settle")

    def writes(self, text: str, *, sender: str = BUDI, group: str = "", times: int = 1) -> None:
        """Let a customer write, alone or in the `GROUP` that Budi is in; the other side delivers it so many times."""
        self.left_out("writes")

    def writes_at_once(self, texts: Sequence[str]) -> None:
        """Let Budi write several messages that come in together, in one call or batch."""
        self.left_out("writes_at_once")

    def writes_as(self, aliases: Sequence[Alias], text: str) -> None:
        """Let somebody write whom the other side calls by these names, the number among them if it is one."""
        self.left_out("writes_as")

    def owner_writes(self, text: str, *, to: str = BUDI, times: int = 1) -> None:
        """Let the owner write to a customer on the phone of the bot's own account; the other side tells it so many times."""
        self.left_out("owner_writes")

    def aliases(self) -> tuple[Alias, Alias]:
        """Two names of one person as the other side would tell them; whoever is written to is reached by either."""
        self.left_out("aliases")

    def sends_file(self, content: bytes, caption: str = "") -> None:
        """Let Budi send a picture with this content."""
        self.left_out("sends_file")

    def arrived(self) -> Sequence[tuple[str, str]]:
        """The chat and the text of each text message on customers' phones, in their order."""
        self.left_out("arrived")

    def files_arrived(self) -> Sequence[bytes]:
        """The content of each file that has arrived on customers' phones, in their order."""
        self.left_out("files_arrived")

    def drips_file(self) -> None:
        """Hand out the next file that a customer sent byte by byte, none of them late, for longer than the deadline."""
        self.left_out("drips_file")

    def refuses(self) -> None:
        """Refuse the next message for good."""
        self.left_out("refuses")

    def fails(self) -> None:
        """Fail at the next message, but not for good."""
        self.left_out("fails")

    def loses_answer(self) -> None:
        """Take the next message, and break the connection before it is answered."""
        self.left_out("loses_answer")

    def hangs(self) -> None:
        """Take the next call and say nothing for longer than the deadline."""
        self.left_out("hangs")

    def drips(self) -> None:
        """Answer the next call byte by byte, none of them late, for longer than the deadline."""
        self.left_out("drips")

    def babbles(self) -> None:
        """Answer the next call with what is not understood: a page instead of JSON, say."""
        self.left_out("babbles")

    def reports_early(self) -> None:
        """Send the receipts of the next message before it is answered, the last one first."""
        self.left_out("reports_early")

    def refuses_key(self) -> None:
        """From now on refuse the transport's key."""
        self.left_out("refuses_key")

    def log_out(self) -> None:
        """Log the bot's phone out."""
        self.left_out("log_out")

    def scan(self) -> None:
        """Scan the code that is there after that."""
        self.left_out("scan")

    def disconnect(self) -> None:
        """Be unreachable; what customers write waits."""
        self.left_out("disconnect")

    def reconnect(self) -> None:
        """Be reachable again."""
        self.left_out("reconnect")

    def environ(self) -> Mapping[str, str]:
        """The variables with which an app in another process has a transport to this world, called at `address` as this one is.

        A call that is not answered with 2xx, the other side repeats until it is.
        """
        self.left_out("environ")

    def chat_of(self, number: str) -> str:
        """The chat of the customer with this number, as the transport calls it: another one, if it knows nobody by a number."""
        return person_chat(number)

    def outbound(self, number: int = 10, chat: str = "", reply: Reply | None = None, reply_to: str = "") -> Outbound:
        """A message to Budi, as `outbound` makes it."""
        return outbound(number, chat or self.chat_of(BUDI), reply, reply_to)

    def close(self) -> None:
        """End all that the world has started."""

    def left_out(self, name: str) -> Never:
        """Skip a test that needs what this world leaves out."""
        reason = self.leaves_out.get(name)
        if reason is None:
            pytest.fail(f"{type(self).__name__} has no {name}(). Write it, or say in leaves_out why it cannot be.")
        pytest.skip(reason)


def outbound(number: int = 10, chat: str = "", reply: Reply | None = None, reply_to: str = "") -> Outbound:
    """A message to Budi, with an id of its own for each number; it may quote one that came in."""
    known = Text("Halo") if reply is None else reply
    return Outbound(id=f"3EB0{number:016X}", chat=chat or person_chat(BUDI), reply=known, reply_to=reply_to)


def chats(world: World) -> list[str]:
    """The chats that are written to: Budi's, and the group's if the transport has groups."""
    from flask_chatbot.transports.base import capabilities_of

    return [world.chat_of(BUDI), *([group_chat(GROUP)] if capabilities_of(world.transport).groups else [])]
