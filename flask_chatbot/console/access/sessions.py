"""Sessions: a signed cookie that says who is in the console, and the tokens that its forms carry."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "chatbot_console"
LASTS = 12 * 3600  # seconds from logging in
_ID_LENGTH: Final = 16  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """The content of the cookie.

    `proof` is a fingerprint of the password or token that was shown, empty before; with another one it is void.
    """

    id: str
    name: str = ""
    proof: str = ""
    shows_numbers: bool = False

    @property
    def mark(self) -> str:
        """The name of this session in the audit log, which lets nobody in.

        >>> BrowserSession(id="00ff").mark
        '8909cde2f411'
        """
        return sha256(self.id.encode()).hexdigest()[:12]

    @classmethod
    def new(cls, *, name: str = "", proof: str = "") -> "BrowserSession":
        """A session with an id of its own."""
        return cls(id=token_hex(_ID_LENGTH), name=name, proof=proof)


class BrowserSessions:
    """Signs sessions with the bot's own secret, and reads them again; the app's SECRET_KEY is not used.

    >>> sessions = BrowserSessions("rahasia")
    >>> session = BrowserSession(id="00ff", name="ani", proof="1a")
    >>> sessions.read(sessions.write(session)) == session, BrowserSessions("lain").read(sessions.write(session))
    (True, None)
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._serializer = URLSafeTimedSerializer(secret, salt="chatbot-console-session")
        self._sealer = URLSafeTimedSerializer(secret, salt="chatbot-console-page")

    def write(self, session: BrowserSession) -> str:
        """The cookie of a session."""
        return self._serializer.dumps([session.id, session.name, session.proof, session.shows_numbers])

    def read(self, cookie: str) -> BrowserSession | None:
        """The session in a cookie; None if it is not one of ours, or too old."""
        try:
            id_, name, proof, shows_numbers = self._serializer.loads(cookie, max_age=LASTS)
        except (BadData, ValueError, TypeError):
            return None
        return BrowserSession(id=id_, name=name, proof=proof, shows_numbers=bool(shows_numbers))

    def seal(self, text: str) -> str:
        """A text that a page carries and cannot change."""
        return self._sealer.dumps(text)

    def unseal(self, sealed: str) -> str | None:
        """The text that was sealed; None if it is not one of ours, or too old."""
        try:
            return str(self._sealer.loads(sealed, max_age=LASTS))
        except BadData:
            return None

    def token(self, session: BrowserSession) -> str:
        """The token that each change made in a session must carry."""
        return hmac.new(self._secret.encode(), b"change " + session.id.encode(), sha256).hexdigest()

    def is_token(self, session: BrowserSession, given: str) -> bool:
        """True if a token belongs to the session; compared in constant time."""
        return hmac.compare_digest(self.token(session).encode(), given.encode("utf-8", "replace"))


def proof_of(hashed: str) -> str:
    """The fingerprint of a password's hash, so that a session ends when the password is changed.

    >>> proof_of("scrypt:...")
    'f59dc6e5cabf6a8d'
    """
    return sha256(hashed.encode()).hexdigest()[:16]
