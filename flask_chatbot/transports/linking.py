"""The linking of a simulated bot's phone: by a code to type, and with the passkey that WhatsApp may ask for."""

from base64 import b32encode
from collections.abc import Callable
from hashlib import sha256
from json import dumps, loads

from flask_chatbot.errors import Refused
from flask_chatbot.transports.base import Passkey

NO_CHALLENGE = "WhatsApp asks for no passkey now."


class SimulatedLinking:
    """The state of linking one number: `code` is the one to type. `link` connects the phone. Not for several threads."""

    def __init__(self, link: Callable[[], None]) -> None:
        self.code = ""
        self.passkey = Passkey()
        self.asks_passkey = False
        self._link = link

    def pair(self, number: str, of: str) -> str:
        """A code for a `number`; raises `Refused` unless it is the bot's, `of`."""
        if number != of:
            raise Refused("This is not the number of the bot's phone.")
        letters = b32encode(sha256(number.encode()).digest()).decode()
        self.code = f"{letters[:4]}-{letters[4:8]}"
        return self.code

    def type_code(self, code: str) -> None:
        """Type a code on the phone; raises `ValueError` if it is another."""
        if not self.code or code != self.code:
            raise ValueError(f"The phone takes another code. Ask for it: simulator.pair(number), and type what it returns, not {code!r}.")
        self.code = ""
        self.go_on()

    def go_on(self) -> None:
        """Connect the phone, or ask for a passkey before that."""
        if self.asks_passkey:
            self.passkey = Passkey(challenge=dumps({"challenge": "c2ltdWxhdG9y", "rpId": "whatsapp.com"}))
        else:
            self._link()

    def answer(self, credential: str) -> None:
        """Take the answer to the challenge; raises `Refused` if it does not read as one."""
        if not self.passkey.challenge:
            raise Refused(NO_CHALLENGE)
        try:
            has_id = bool(loads(credential)["id"])
        except (ValueError, TypeError, KeyError):
            has_id = False
        if not has_id:
            raise Refused("This is no answer of a passkey: JSON with an 'id'. Copy it again, all of it.")
        self.passkey = Passkey(code="WXYZ-1234")

    def confirm(self) -> None:
        """Connect the phone, once its code was compared."""
        if not self.passkey.code:
            raise Refused(NO_CHALLENGE)
        self.passkey, self.asks_passkey = Passkey(), False
        self._link()
