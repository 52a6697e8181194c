"""Readers of the settings of `cloud`: each returns a value, or raises ValueError with a sentence that shows no secret. Pure."""

import re

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.transports.options import read_token

_DIGITS = re.compile(r"[0-9]{5,32}")
_SECRET = re.compile(r"[0-9a-fA-F]{32}")


def read_phone_id(value: object) -> str:
    """Read the id of a number at Meta, which is not the number itself.

    >>> read_phone_id("106540352242922")
    '106540352242922'
    """
    text = str(value).strip() if isinstance(value, str) or type(value) is int else ""
    if not _DIGITS.fullmatch(text):
        raise ValueError(
            tr("it is no id of a phone number. Meta shows it as 'Phone number ID': digits, and not the telephone number itself.")
        )
    return text


def read_app_secret(value: object) -> str:
    """Read an app's secret, 32 hexadecimal digits.

    >>> read_app_secret("0123456789abcdef" * 2)
    '0123456789abcdef0123456789abcdef'
    """
    if not isinstance(value, str) or not _SECRET.fullmatch(value.strip()):
        raise ValueError(tr("it is no app secret: that has 32 digits from 0 to 9 and a to f. It is neither the token nor the app's id."))
    return value.strip()


def read_access_token(value: object) -> str:
    """Read an access token.

    >>> read_access_token("EAAJB...")
    'EAAJB...'
    """
    token = read_token(value)
    if any(sign in token for sign in " |"):  # an app's own token, "id|secret", may not send
        raise ValueError(tr("it is no access token of a system user. Copy the one that begins with EAA, without the word Bearer."))
    return token
