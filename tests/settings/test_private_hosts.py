"""The entries of CHATBOT_PRIVATE_HOSTS."""

from ipaddress import ip_network

import pytest

from flask_chatbot.settings.private_hosts import PrivateHost, read_private_host
from flask_chatbot.settings.readers import read_hosts


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("crm.local", PrivateHost("crm.local")),
        (" CRM.local. ", PrivateHost("crm.local")),
        ("crm_1.local:81", PrivateHost("crm_1.local", 81)),
        ("localhost", PrivateHost("localhost")),
        ("10.0.0.5", PrivateHost(ip_network("10.0.0.5"))),
        ("10.0.0.5:8080", PrivateHost(ip_network("10.0.0.5"), 8080)),
        ("10.0.0.0/8", PrivateHost(ip_network("10.0.0.0/8"))),
        ("10.0.0.0/8:81", PrivateHost(ip_network("10.0.0.0/8"), 81)),
        ("::1", PrivateHost(ip_network("::1"))),
        ("fd00::8080", PrivateHost(ip_network("fd00::8080"))),
        ("fd00::/8", PrivateHost(ip_network("fd00::/8"))),
        ("[::1]", PrivateHost(ip_network("::1"))),
        ("[::1]:81", PrivateHost(ip_network("::1"), 81)),
        ("[fd00::/8]:81", PrivateHost(ip_network("fd00::/8"), 81)),
    ],
)
def test_names_addresses_and_networks_are_read_each_with_a_port_or_without(text: str, read: PrivateHost) -> None:
    assert read_private_host(text) == read


WRONG = [
    "",
    " ",
    "http://crm.local",
    "crm.local/x",
    "10.0.0.5/8",
    "10.0.0.256",
    "0x7f.1",
    "a:99999",
    "10.0.0.1:99999",
    "a:b",
    "[::1",
    "a b",
    "*",
]


@pytest.mark.parametrize("text", WRONG)
def test_an_entry_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a host") as caught:
        read_private_host(text)
    assert str(caught.value) == f"{text!r} is not a host, address or network. Write it like crm.example.com, 10.0.0.5:8080 or 10.0.0.0/8."


def test_the_setting_tells_every_entry_that_cannot_be_read() -> None:
    assert read_hosts("crm.local, 10.0.0.0/8,") == ("crm.local", "10.0.0.0/8")
    with pytest.raises(ValueError, match="is not a host") as caught:
        read_hosts(["crm.local", "http://a", "10.0.0.5/8"])
    assert [problem.partition(" is ")[0] for problem in caught.value.args] == ["'http://a'", "'10.0.0.5/8'"]
