"""Non-public hosts that an operator allows others to have called. Pure."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from flask_chatbot.core.translation.translatable import tr

Network = IPv4Network | IPv6Network

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# As old libraries read it, 0x7f.1 and 2130706433 are addresses too: a name that ends in a number is never looked up.
_NUMERIC_END = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
# In brackets, as in a URL; a name or IPv4; IPv6 without brackets, which has no port.
_ENTRY = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*)|([^\[\]]*))(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class PrivateHost:
    """A host name or a network (of one address or more); `port` None allows every usual port."""

    host: str | Network
    port: int | None = None


def read_private_host(text: str) -> PrivateHost:
    """Read one entry of CHATBOT_PRIVATE_HOSTS; ValueError names an entry that cannot be read.

    >>> read_private_host("crm.example.com:81"), read_private_host("10.0.0.0/8")
    (PrivateHost(host='crm.example.com', port=81), PrivateHost(host=IPv4Network('10.0.0.0/8'), port=None))
    """
    found = _ENTRY.fullmatch(text.strip().lower())
    host = (found[1] or found[2] or found[3] or "").rstrip(".") if found else ""
    port = int(found[4]) if found and found[4] else None
    if port is None or port < 65_536:
        try:
            return PrivateHost(ip_network(host), port)
        except ValueError:
            if is_host_name(host):
                return PrivateHost(host, port)
    raise ValueError(
        tr("{text!r} is not a host, address or network. Write it like crm.example.com, 10.0.0.5:8080 or 10.0.0.0/8.", text=text)
    )


def is_host_name(text: str) -> bool:
    """True if a lower-case text is a host name, and not an address in any notation.

    >>> is_host_name("crm.example.com"), is_host_name("0x7f.1"), is_host_name("127.0.0.1"), is_host_name("::1")
    (True, False, False, False)
    """
    return len(text) <= 253 and bool(_NAME.fullmatch(text)) and not _NUMERIC_END.fullmatch(text)
