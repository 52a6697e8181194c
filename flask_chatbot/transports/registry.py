"""The transports that CHATBOT_TRANSPORT may name: what makes each, and the settings it needs.

A new one is a module or package in this folder, and an entry here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.transports.base import Capabilities, Transport, capabilities_of
from flask_chatbot.transports.cloud.readers import read_access_token, read_app_secret, read_phone_id
from flask_chatbot.transports.cloud.versions import VERSION, read_version
from flask_chatbot.transports.options import read_address, read_secret, read_token, read_user
from flask_chatbot.transports.telegram.readers import read_bot_token, read_updates


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportOption:
    """A setting of one transport: its `key` in the configuration, its `name` as a parameter of the transport's class.

    `read` returns the value, or raises ValueError with a sentence for each problem; it never shows a secret. `where` says where to find the
    value. Without `is_required`, the class has a default, which `default` repeats where it is one of the other side's own names.
    """

    key: str
    name: str
    doc: str
    read: Callable[[object], object]
    where: str = ""
    is_required: bool = True
    default: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A transport of this package. `place` is the module and name of its class, which is imported when it is chosen.

    `needs` are keys of general settings that it does not work without, `needs_with` those that it needs only where an option has a value:
    (option, value, key). `account` are the options that together say whose account it is. `pace` is the rate at which it sends where
    CHATBOT_PACE does not say: so many messages per so many seconds; the pauses between them vary by the share `spread`, from 0 to 1. With
    `sends_only`, customers' messages come by the webhook.
    """

    name: str
    place: str
    options: tuple[TransportOption, ...] = ()
    needs: tuple[str, ...] = ()
    needs_with: tuple[tuple[str, object, str], ...] = ()
    account: tuple[str, ...] = ()
    pace: tuple[int, float] | None = None
    spread: float = 0.0
    sends_only: bool = False

    @property
    def capabilities(self) -> Capabilities:
        """The abilities that its class declares, without making one."""
        return capabilities_of(self._class)

    def needed(self, values: Mapping[str, object]) -> tuple[str, ...]:
        """The keys of general settings that it needs with these values of its options.

        >>> TRANSPORTS["telegram"].needed({}), TRANSPORTS["telegram"].needed({"updates": "webhook"})
        ((), ('CHATBOT_PUBLIC_URL',))
        """
        return *self.needs, *(key for option, value, key in self.needs_with if values.get(option) == value)

    def is_same_account(self, one: Mapping[str, object], other: Mapping[str, object]) -> bool:
        """True if two of it with these values of their options are one account. An option that one of them leaves out may be the same.

        >>> waha, gowa = TRANSPORTS["waha"], TRANSPORTS["gowa"]
        >>> waha.is_same_account({"url": "http://a"}, {"url": "http://A", "session": "default"})
        True
        >>> gowa.is_same_account({"url": "http://a"}, {"url": "http://a", "device": "toko"})
        True
        >>> gowa.is_same_account({"url": "http://a", "device": "grosir"}, {"url": "http://a", "device": "toko"})
        False
        """
        defaults = {option.name: option.default for option in self.options}
        pairs = [[str(each.get(name) or defaults[name]) for each in (one, other)] for name in self.account]
        folded = [[value.lower() if "://" in value else value for value in pair] for pair in pairs]
        return bool(pairs) and all(left == right or not (left and right) for left, right in folded)

    def make(self, values: Mapping[str, object]) -> Transport:
        """Make the transport, with the values of its options by name.

        >>> TRANSPORTS["simulator"].make({}).name
        'simulator'
        """
        return cast("Transport", self._class(**values))

    @property
    def _class(self) -> Any:
        module, _, name = self.place.partition(":")
        return getattr(import_module(module), name)


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
        account=("url", "key"),
        pace=(5, 60.0),
        sends_only=True,
    ),
    Bundled(
        name="cloud",
        place="flask_chatbot.transports.cloud.transport:Cloud",
        options=(
            TransportOption(
                key="CHATBOT_CLOUD_PHONE_ID",
                name="phone_id",
                doc="For CHATBOT_TRANSPORT=cloud: Meta's id of the bot's number.",
                read=read_phone_id,
                where=tr("Meta shows it at developers.facebook.com, in your app under WhatsApp > API Setup, as 'Phone number ID'."),
            ),
            TransportOption(
                key="CHATBOT_CLOUD_TOKEN",
                name="token",
                doc="For CHATBOT_TRANSPORT=cloud: the access token of a system user who may send for the number.",
                read=read_access_token,
                where=tr(
                    "Make one at business.facebook.com under Settings > System users, with the permissions whatsapp_business_messaging and "
                    "whatsapp_business_management; for a trial of a day, the one under WhatsApp > API Setup will do."
                ),
            ),
            TransportOption(
                key="CHATBOT_CLOUD_APP_SECRET",
                name="app_secret",
                doc="For CHATBOT_TRANSPORT=cloud: the secret of the app at Meta, which signs webhooks.",
                read=read_app_secret,
                where=tr("Meta shows it at developers.facebook.com, in your app under App settings > Basic, as 'App secret'."),
            ),
            TransportOption(
                key="CHATBOT_CLOUD_VERIFY_TOKEN",
                name="verify_token",
                doc="For CHATBOT_TRANSPORT=cloud: a text of your own, by which Meta finds out that the webhook's address is yours.",
                read=read_token,
                where=tr("Make one up, and enter the same text at Meta under WhatsApp > Configuration, as 'Verify token'."),
            ),
            TransportOption(
                key="CHATBOT_CLOUD_VERSION",
                name="version",
                doc=f"For CHATBOT_TRANSPORT=cloud: the version of Meta's Graph API. The default is {VERSION}.",
                read=read_version,
                is_required=False,
            ),
            TransportOption(
                key="CHATBOT_CLOUD_URL",
                name="url",
                doc="For CHATBOT_TRANSPORT=cloud: the address of the Graph API, for tests and for proxies. The default is Meta's own.",
                read=read_address,
                is_required=False,
            ),
        ),
        needs=("CHATBOT_PUBLIC_URL",),
        account=("phone_id",),
        pace=(80, 1.0),
    ),
    Bundled(
        name="waha",
        place="flask_chatbot.transports.selfhosted.waha:Waha",
        options=(
            TransportOption(
                key="CHATBOT_WAHA_URL",
                name="url",
                doc="For CHATBOT_TRANSPORT=waha: the address of WAHA, without /api.",
                read=read_address,
                where=tr("It is where WAHA's dashboard opens, such as http://localhost:3000 on the same machine."),
            ),
            TransportOption(
                key="CHATBOT_WAHA_KEY",
                name="key",
                doc="For CHATBOT_TRANSPORT=waha: WAHA's API key.",
                read=read_token,
                where=tr("It is WAHA_API_KEY in the .env file of WAHA."),
            ),
            TransportOption(
                key="CHATBOT_WAHA_HMAC",
                name="hmac",
                doc="For CHATBOT_TRANSPORT=waha: the key that WAHA signs its webhooks with.",
                read=read_secret,
                where=tr("It is the HMAC key of the webhook in WAHA's session, or WHATSAPP_HOOK_HMAC_KEY of WAHA."),
            ),
            TransportOption(
                key="CHATBOT_WAHA_SESSION",
                name="session",
                doc="For CHATBOT_TRANSPORT=waha: the name of WAHA's session. The default is `default`.",
                read=read_token,
                is_required=False,
                default="default",
            ),
        ),
        needs=("CHATBOT_PUBLIC_URL",),
        account=("url", "session"),
        pace=(12, 60.0),
        spread=0.8,
    ),
    Bundled(
        name="gowa",
        place="flask_chatbot.transports.selfhosted.gowa:Gowa",
        options=(
            TransportOption(
                key="CHATBOT_GOWA_URL",
                name="url",
                doc="For CHATBOT_TRANSPORT=gowa: the address of GOWA.",
                read=read_address,
                where=tr("It is where GOWA's page opens, such as http://localhost:3000 on the same machine."),
            ),
            TransportOption(
                key="CHATBOT_GOWA_USER",
                name="user",
                doc="For CHATBOT_TRANSPORT=gowa: the user name of GOWA's basic auth.",
                read=read_user,
                where=tr("It is what stands before the colon in APP_BASIC_AUTH of GOWA."),
            ),
            TransportOption(
                key="CHATBOT_GOWA_PASSWORD",
                name="password",
                doc="For CHATBOT_TRANSPORT=gowa: the password of GOWA's basic auth.",
                read=read_token,
                where=tr("It is what stands behind the colon in APP_BASIC_AUTH of GOWA."),
            ),
            TransportOption(
                key="CHATBOT_GOWA_SECRET",
                name="secret",
                doc="For CHATBOT_TRANSPORT=gowa: the secret that GOWA signs its webhooks with.",
                read=read_secret,
                where=tr("It is WHATSAPP_WEBHOOK_SECRET of GOWA, which has to be set there."),
            ),
            TransportOption(
                key="CHATBOT_GOWA_DEVICE",
                name="device",
                doc="For CHATBOT_TRANSPORT=gowa: the id of the device, if GOWA has several.",
                read=read_token,
                is_required=False,
            ),
        ),
        needs=("CHATBOT_PUBLIC_URL",),
        account=("url", "device"),
        pace=(12, 60.0),
        spread=0.8,
    ),
    Bundled(
        name="telegram",
        place="flask_chatbot.transports.telegram.transport:Telegram",
        options=(
            TransportOption(
                key="CHATBOT_TELEGRAM_TOKEN",
                name="token",
                doc="For CHATBOT_TRANSPORT=telegram: the token of the bot.",
                read=read_bot_token,
                where=tr(
                    "Write /newbot to @BotFather in Telegram, who answers with it; of a bot that you have, he shows it under /mybots."
                ),
            ),
            TransportOption(
                key="CHATBOT_TELEGRAM_UPDATES",
                name="updates",
                doc="For CHATBOT_TRANSPORT=telegram: `polling`, the default, which needs no public address, or `webhook`.",
                read=read_updates,
                is_required=False,
            ),
            TransportOption(
                key="CHATBOT_TELEGRAM_URL",
                name="url",
                doc="For CHATBOT_TRANSPORT=telegram: the address of the Bot API, for a server of your own. The default is Telegram's.",
                read=read_address,
                is_required=False,
            ),
        ),
        needs_with=(("updates", "webhook", "CHATBOT_PUBLIC_URL"),),
        account=("token",),
        pace=(25, 1.0),
    ),
)
NEEDED = {  # where to find the general settings that transports need
    "CHATBOT_PUBLIC_URL": tr(
        "It is the address of this app as others reach it, such as https://toko.example.com, or that of a tunnel for a trial. Put it into "
        "app.config or the environment."
    ),
}
TRANSPORTS: Mapping[str, Bundled] = {each.name: each for each in _BUNDLED}


def options() -> tuple[TransportOption, ...]:
    """The options of all transports, each key once."""
    return tuple({option.key: option for each in TRANSPORTS.values() for option in each.options}.values())
