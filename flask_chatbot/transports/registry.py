"""The transports that CHATBOT_TRANSPORT may name: what makes each, and the settings it needs.

A new one is a module or package in this folder, and an entry here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.transports.base import Transport
from flask_chatbot.transports.options import read_address, read_token


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportOption:
    """A setting of one transport: its `key` in the configuration, its `name` as a parameter of the transport's class.

    `read` returns the value, or raises ValueError with a sentence for each problem; it never shows a secret. `where` says where to find the
    value. Without `is_required`, the class has a default.
    """

    key: str
    name: str
    doc: str
    read: Callable[[object], object]
    where: str = ""
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A transport of this package. `place` is the module and name of its class, which is imported when it is chosen.

    `needs` are keys of general settings that it does not work without, `pace` is the rate at which it sends where CHATBOT_PACE does not
    say: so many messages per so many seconds.
    """

    name: str
    place: str
    options: tuple[TransportOption, ...] = ()
    needs: tuple[str, ...] = ()
    pace: tuple[int, float] | None = None

    def make(self, values: Mapping[str, object]) -> Transport:
        """Make the transport, with the values of its options by name.

        >>> TRANSPORTS["simulator"].make({}).name
        'simulator'
        """
        module, _, name = self.place.partition(":")
        return cast("Transport", getattr(import_module(module), name)(**values))


_BUNDLED = (
    Bundled(name="simulator", place="flask_chatbot.transports.simulator:Simulator"),
    Bundled(
        name="hosted",
        place="flask_chatbot.transports.hosted:Hosted",
        options=(
            TransportOption(
                key="CHATBOT_HOSTED_URL",
                name="url",
                doc="For CHATBOT_TRANSPORT=hosted: the address of the gateway where the bot's number lives, without /api.",
                read=read_address,
                where=tr("It is what stands before /api/sendwa in the gateway's documentation."),
            ),
            TransportOption(
                key="CHATBOT_HOSTED_KEY",
                name="key",
                doc="For CHATBOT_TRANSPORT=hosted: the key that the gateway takes in the header SecretKey.",
                read=read_token,
                where=tr("The gateway's page about its API shows it as SecretKey."),
            ),
        ),
        needs=("CHATBOT_PUBLIC_URL",),
        pace=(5, 60.0),
    ),
)
TRANSPORTS: Mapping[str, Bundled] = {each.name: each for each in _BUNDLED}


def options() -> tuple[TransportOption, ...]:
    """The options of all transports, each key once."""
    return tuple({option.key: option for each in TRANSPORTS.values() for option in each.options}.values())
