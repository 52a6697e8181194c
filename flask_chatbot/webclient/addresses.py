"""URLs and addresses, parsed in exactly one way: the address that is checked is the address that is called. Pure."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urljoin

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import FetchRefused
from flask_chatbot.settings.private_hosts import Network, is_host_name

Address = IPv4Address | IPv6Address

PORTS = {"http": 80, "https": 443}
LONGEST = 4096  # characters of a URL

_FORM = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]]+))(?::([0-9]{0,5}))?")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
_KEPT = "%/:?[]@!$&'()*+,;=-._~"
_SPECIAL = tr("an address kept for special use")
_TRANSLATED = tr("an address that stands for another one")
# https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-; whole blocks, since what little is public in them serves no files.
_REFUSED: dict[Network, str] = {
    ip_network(network): reason
    for reason, networks in {
        tr("an address of this machine"): "0.0.0.0/8 127.0.0.0/8 ::/127",
        tr("a private address"): "10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
        tr("an address of the local network"): "169.254.0.0/16 fe80::/10",
        _TRANSLATED: "192.88.99.0/24 ::/96 64:ff9b::/96 64:ff9b:1::/48 2002::/16",
        tr("an address of many machines"): "224.0.0.0/4 ff00::/8",
        # Last, all of IPv6 but 2000::/3, whence public addresses come.
        _SPECIAL: "192.0.0.0/24 192.0.2.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 "
        "100::/64 2001::/23 2001:db8::/32 3fff::/20 5f00::/16 ::/3 4000::/2 8000::/1",
    }.items()
    for network in networks.split()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The target of a call. `host` is lower-case ASCII without brackets; `path` includes the query, and may hold secrets."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)

    @property
    def is_address(self) -> bool:
        """True if the host is an address, not a name."""
        return not is_host_name(self.host)

    @property
    def server(self) -> str:
        """The host, with its port unless that is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole URL, with its secrets."""
        return f"{self.scheme}://{self.server}{self.path}"


@lru_cache(maxsize=1024)  # the same few receivers are named again and again
def read_url(url: str, *, any_port: bool = False) -> Target:
    """The target of an http(s) URL; raises `FetchRefused` for anything else, or if its port is not allowed. Messages show only the host.

    >>> read_url("https://Toko.example.com/stok baru?kode=1#atas").path
    '/stok%20baru?kode=1'
    """
    url = url.strip()
    if len(url) > LONGEST:
        raise FetchRefused(tr("The URL is longer than {limit:,} characters.", limit=LONGEST))
    if _UNPRINTABLE.search(url):
        raise FetchRefused(tr("The URL holds a character that cannot be printed, such as a line break. Remove it."))
    found = _FORM.fullmatch(url)
    if not found:
        raise FetchRefused(tr("The URL does not begin with http:// or https://."))
    scheme, path = found[1].lower(), quote(found[3], safe=_KEPT, errors="replace")
    host, port = _read_authority(found[2], PORTS[scheme])
    if not (any_port or is_usual_port(port)):
        raise refused_port(host, port)
    return Target(scheme=scheme, host=host, port=port, path=path if path.startswith("/") else f"/{path}")


def follow(target: Target, location: str) -> Target:
    """The target of a redirect."""
    try:
        return read_url(urljoin(target.url, location.strip()), any_port=True)
    except ValueError:
        raise FetchRefused(tr("{host} redirects to something that is not a URL.", host=target.host)) from None


def is_usual_port(port: int) -> bool:
    """True if anybody may have the port called: those below 1024 belong to other services, such as mail."""
    return port in PORTS.values() or port >= 1024


def refused_port(host: str, port: int) -> FetchRefused:
    """The error for any other port."""
    return FetchRefused(tr("Port {port} of {host} is not allowed. Use 80, 443 or one from 1024 up.", port=port, host=host))


def read_address(text: str) -> Address:
    """Parse an address; an IPv4 address written as IPv6 (``::ffff:0:0/96``) becomes IPv4. ValueError if it is no address.

    >>> read_address("::ffff:10.0.0.1")
    IPv4Address('10.0.0.1')
    """
    address = ip_address(text)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def check_address(address: str) -> str | None:
    """The reason why an address is not called for just anybody; None for a public one.

    >>> check_address("169.254.169.254"), check_address("93.184.215.14")
    ('an address of the local network', None)
    """
    known = read_address(address)
    for network, reason in _REFUSED.items():
        if known in network:
            return reason
    return None if known.is_global else _SPECIAL


def _read_authority(authority: str, usual: int) -> tuple[str, int]:
    if "@" in authority:
        raise FetchRefused(tr("The URL holds a user name or password before its host. Leave them out."))
    found = _AUTHORITY.fullmatch(authority)
    port = int(found[3] or usual) if found else 0
    host = _read_host(found[1] or found[2]) if found else None
    if host is None:
        raise FetchRefused(tr("The URL has no host that can be called. Write a name, or an address such as 93.184.215.14."))
    if not 0 < port < 65_536:
        raise FetchRefused(tr("The URL has the port {port}, which does not exist.", port=port))
    return host, port


def _read_host(written: str) -> str | None:
    """The host as lower-case ASCII; None if it is neither a name nor an address in the usual notation."""
    try:
        host = (written if written.isascii() else written.encode("idna").decode()).lower().removesuffix(".")
    except UnicodeError:
        return None
    if is_host_name(host):
        return host
    try:
        return str(ip_address(host))
    except ValueError:
        return None
