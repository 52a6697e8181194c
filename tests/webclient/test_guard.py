"""Where calls of others may go, and what an operator allows beside."""

import pytest

from flask_chatbot.errors import FetchRefused
from flask_chatbot.webclient.addresses import read_url
from flask_chatbot.webclient.guard import Guard

WAY_OUT = "Give a public one, or allow it in CHATBOT_PRIVATE_HOSTS."


def chosen(url: str, addresses: list[str], *private_hosts: str) -> list[str]:
    """Which addresses may be called; none where it is refused."""
    try:
        return Guard(private_hosts).choose(read_url(url, any_port=True), addresses)
    except FetchRefused:
        return []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1/", f"127.0.0.1 is an address of this machine. {WAY_OUT}"),
        ("http://169.254.169.254/latest/", f"169.254.169.254 is an address of the local network. {WAY_OUT}"),
        ("http://[::1]/", f"::1 is an address of this machine. {WAY_OUT}"),
        ("http://[fec0::1]/", f"fec0::1 is a private address. {WAY_OUT}"),
        ("http://localhost/", f"localhost resolves to an address of this machine. {WAY_OUT}"),
        ("http://toko.localhost:8000/", f"toko.localhost resolves to an address of this machine. {WAY_OUT}"),
        ("http://example.com:22/", "Port 22 of example.com is not allowed. Use 80, 443 or one from 1024 up."),
        ("http://93.184.215.14:25/", "Port 25 of 93.184.215.14 is not allowed. Use 80, 443 or one from 1024 up."),
    ],
)
def test_what_no_look_up_can_make_right_is_refused_before_it(url: str, message: str) -> None:
    with pytest.raises(FetchRefused) as caught:
        Guard().check(read_url(url, any_port=True))
    assert str(caught.value) == message


@pytest.mark.parametrize("entry", ["localhost", "127.0.0.1", "127.0.0.0/8", "::1"])
def test_the_names_of_this_machine_are_allowed_with_it(entry: str) -> None:
    Guard([entry]).check(read_url("http://localhost:8000/"))


def test_a_name_that_leads_inside_is_refused_and_its_address_not_told() -> None:
    with pytest.raises(FetchRefused) as caught:
        Guard().choose(read_url("https://crm.example.com/"), ["10.1.2.3", "fd00::7"])
    assert str(caught.value) == f"crm.example.com resolves to a private address. {WAY_OUT}"


def test_of_several_addresses_the_public_ones_are_called_as_what_they_are() -> None:
    addresses = ["10.0.0.1", "93.184.215.14", "::ffff:127.0.0.1", "::ffff:1.1.1.1", "2606:2800:21f::1"]
    assert chosen("https://example.com/", addresses) == ["93.184.215.14", "1.1.1.1", "2606:2800:21f::1"]


@pytest.mark.parametrize(
    ("entry", "url", "address", "may"),
    [
        ("crm.example.com", "http://crm.example.com/", "10.0.0.5", True),
        ("CRM.example.com.", "http://crm.example.com:8080/", "10.0.0.5", True),
        ("crm.example.com", "http://crm.example.com:22/", "10.0.0.5", False),
        ("crm.example.com", "http://www.crm.example.com/", "10.0.0.5", False),
        ("crm.example.com:22", "http://crm.example.com:22/", "10.0.0.5", True),
        ("crm.example.com:8080", "http://crm.example.com/", "10.0.0.5", False),
        ("crm.example.com:25", "http://other.example.com:25/", "93.184.215.14", False),
        ("10.0.0.5", "http://crm.example.com/", "10.0.0.5", True),
        ("10.0.0.5", "http://10.0.0.5/", "10.0.0.5", True),
        ("10.0.0.5", "http://10.0.0.6/", "10.0.0.6", False),
        ("10.0.0.5", "http://crm.example.com/", "::ffff:10.0.0.5", True),
        ("10.0.0.0/8", "http://crm.example.com/", "10.9.9.9", True),
        ("10.0.0.0/8:8080", "http://crm.example.com:8080/", "10.9.9.9", True),
        ("10.0.0.0/8:8080", "http://crm.example.com:8081/", "10.9.9.9", False),
        ("::1", "http://[::1]:5000/", "::1", True),
        ("[::1]:5000", "http://[::1]:5000/", "::1", True),
        ("[::1]:5000", "http://[::1]:5001/", "::1", False),
        ("fd00::/8", "http://crm.example.com/", "fd12::1", True),
        ("[fd00::/8]:81", "http://crm.example.com:81/", "fd12::1", True),
        ("localhost", "http://127.0.0.1/", "127.0.0.1", False),
    ],
)
def test_an_operator_allows_hosts_addresses_and_networks_each_with_a_port_or_without(entry: str, url: str, address: str, may: bool) -> None:
    assert bool(chosen(url, [address], entry)) is may


def test_where_everything_is_trusted_nothing_is_refused() -> None:
    guard = Guard(trusts_everything=True)
    target = read_url("http://10.0.0.1:22/", any_port=True)
    guard.check(target)
    assert guard.choose(target, ["::ffff:10.0.0.1"]) == ["10.0.0.1"]
