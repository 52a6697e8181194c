"""Addresses that may be called on behalf of others: public ones, and those an operator allows. Pure."""

import re
from collections.abc import Iterable, Sequence

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import FetchRefused
from flask_chatbot.settings.private_hosts import PrivateHost, read_private_host
from flask_chatbot.webclient.addresses import Address, Target, check_address, is_usual_port, read_address, refused_port

# https://www.rfc-editor.org/rfc/rfc6761#section-6.3: these names lead to this machine, whoever is asked.
_LOOPBACK = re.compile(r"(?:.+\.)?localhost")
_WAY_OUT = tr("Give a public one, or allow it in CHATBOT_PRIVATE_HOSTS.")


class Guard:
    """Decides which addresses may be called on behalf of others. ValueError names each entry of `private_hosts` that cannot be read.

    >>> from flask_chatbot.webclient.addresses import read_url
    >>> Guard(["10.0.0.0/8:8080", "localhost"]).choose(read_url("http://crm.example.com:8080"), ["10.1.2.3"])
    ['10.1.2.3']
    """

    def __init__(self, private_hosts: Iterable[str] = (), *, trusts_everything: bool = False) -> None:
        self._allowed = [read_private_host(text) for text in private_hosts]
        self._trusts_everything = trusts_everything

    def check(self, target: Target) -> None:
        """Raise `FetchRefused` if a target is refused whatever its name resolves to."""
        if self._trusts_everything:
            return
        if target.is_address:
            self.choose(target, [target.host])
        elif _LOOPBACK.fullmatch(target.host):
            self.choose(target, ["127.0.0.1", "::1"])
        elif not (is_usual_port(target.port) or any(each.port == target.port for each in self._allowed)):
            raise refused_port(target.host, target.port)

    def choose(self, target: Target, addresses: Sequence[str]) -> list[str]:
        """The addresses of a target that may be called; raises `FetchRefused` if there are none.

        The message does not reveal the address behind a name: whoever gave the URL may not know the internal network.
        """
        known = [str(read_address(address)) for address in addresses]
        if self._trusts_everything:
            return known
        chosen = [address for address in known if self._may_reach(target, address)]
        if not chosen:
            if not is_usual_port(target.port):
                raise refused_port(target.host, target.port)
            reason = next(filter(None, map(check_address, known)), tr("no address"))
            if target.is_address:
                raise FetchRefused(tr("{host} is {reason}. {way_out}", host=target.host, reason=reason, way_out=_WAY_OUT))
            raise FetchRefused(tr("{host} resolves to {reason}. {way_out}", host=target.host, reason=reason, way_out=_WAY_OUT))
        return chosen

    def _may_reach(self, target: Target, address: str) -> bool:
        if is_usual_port(target.port) and check_address(address) is None:
            return True
        return any(_covers(each, target, read_address(address)) for each in self._allowed)


def _covers(allowed: PrivateHost, target: Target, address: Address) -> bool:
    if not (is_usual_port(target.port) if allowed.port is None else target.port == allowed.port):
        return False
    return target.host == allowed.host if isinstance(allowed.host, str) else address in allowed.host
