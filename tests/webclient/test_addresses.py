"""Which URLs are read as what, and which addresses are public."""

import pytest

from flask_chatbot.errors import FetchRefused
from flask_chatbot.webclient.addresses import Target, check_address, follow, read_url

# Of each network that promises.md refuses, the first address and the last.
REFUSED = """
    0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255
    169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.9 192.0.0.255 192.0.2.1
    192.88.99.0 192.88.99.255 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1
    224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255
    :: ::1 ::a00:1 ::5db8:d70e ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:0:0
    64:ff9b:: 64:ff9b::5db8:d70e 64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:ffff:ffff 100:: 100::ffff:ffff:ffff:ffff
    2001:: 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8:: 2002:: 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff 5f00:: 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    fc00:: fd12:3456::1 fe80:: fe80::1 febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff fec0::1 feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    ff00:: ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 4000::1
""".split()


def refusal(url: str) -> str:
    with pytest.raises(FetchRefused) as caught:
        read_url(url)
    return str(caught.value)


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_has_a_reason(address: str) -> None:
    assert check_address(address) is not None


@pytest.mark.parametrize(
    "address",
    "1.1.1.1 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.0.1.0 198.17.255.255 198.20.0.0 "
    "223.255.255.255 ::ffff:93.184.215.14 2001:200:: 2606:2800:21f:cb07:6820:80da:af6b:8b2c 2a00:1450::1".split(),
)
def test_a_public_address_has_none(address: str) -> None:
    assert check_address(address) is None


def test_the_reasons_say_what_an_address_is() -> None:
    assert {
        address: check_address(address) for address in ("127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254", "64:ff9b::1", "240.0.0.1")
    } == {
        "127.0.0.1": "an address of this machine",
        "::ffff:10.0.0.1": "a private address",
        "169.254.169.254": "an address of the local network",
        "64:ff9b::1": "an address that stands for another one",
        "240.0.0.1": "an address kept for special use",
    }


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com", ("https", "example.com", 443, "/")),
        ("HTTP://Example.COM:8080/A?b=C", ("http", "example.com", 8080, "/A?b=C")),
        ("  https://example.com/a\n", ("https", "example.com", 443, "/a")),
        ("https://example.com?a=1#atas", ("https", "example.com", 443, "/?a=1")),
        ("https://example.com./", ("https", "example.com", 443, "/")),
        ("https://example.com:/", ("https", "example.com", 443, "/")),
        ("https://example.com/daftar harga é.pdf", ("https", "example.com", 443, "/daftar%20harga%20%C3%A9.pdf")),
        ("https://example.com/a%20b%zz", ("https", "example.com", 443, "/a%20b%zz")),
        ("https://example.com/a\\b", ("https", "example.com", 443, "/a%5Cb")),
        ("https://example.com/?an=a@b.c:1", ("https", "example.com", 443, "/?an=a@b.c:1")),
        ("https://bücher.example/", ("https", "xn--bcher-kva.example", 443, "/")),
        ("https://a_b.example/", ("https", "a_b.example", 443, "/")),
        ("http://93.184.215.14/", ("http", "93.184.215.14", 80, "/")),
        ("http://[2606:2800:21F::1]:1024/", ("http", "2606:2800:21f::1", 1024, "/")),
        ("http://\uff11\uff12\uff17\uff0e0\uff0e0\u30021/", ("http", "127.0.0.1", 80, "/")),
    ],
)
def test_a_url_is_read(url: str, target: tuple[str, str, int, str]) -> None:
    scheme, host, port, path = target
    assert read_url(url) == Target(scheme=scheme, host=host, port=port, path=path)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///etc/passwd", "The URL does not begin with http:// or https://."),
        ("file:/etc/passwd", "The URL does not begin with http:// or https://."),
        ("gopher://example.com/", "The URL does not begin with http:// or https://."),
        ("//example.com/", "The URL does not begin with http:// or https://."),
        ("example.com", "The URL does not begin with http:// or https://."),
        ("", "The URL does not begin with http:// or https://."),
        ("http:\\\\example.com/", "The URL does not begin with http:// or https://."),
        ("https://ani:rahasia@example.com/", "The URL holds a user name or password before its host. Leave them out."),
        ("https://@example.com/", "The URL holds a user name or password before its host. Leave them out."),
        ("https://example.com\\@10.0.0.1/", "The URL holds a user name or password before its host. Leave them out."),
        ("http://example.com:22/", "Port 22 of example.com is not allowed. Use 80, 443 or one from 1024 up."),
        ("http://example.com:1023/", "Port 1023 of example.com is not allowed. Use 80, 443 or one from 1024 up."),
        ("http://example.com:0/", "The URL has the port 0, which does not exist."),
        ("http://example.com:65536/", "The URL has the port 65536, which does not exist."),
        ("http://exam\tple.com/", "The URL holds a character that cannot be printed, such as a line break. Remove it."),
        ("http://example.com/a\r\nHost: b", "The URL holds a character that cannot be printed, such as a line break. Remove it."),
        ("http://example.com/" + "a" * 4096, "The URL is longer than 4,096 characters."),
    ],
)
def test_what_is_no_url_is_refused(url: str, message: str) -> None:
    assert refusal(url) == message


@pytest.mark.parametrize(
    "host",
    [
        *"0x7f.1 2130706433 0177.0.0.1 127.1 127.0.0.01 0x7f000001 1.2.3.4.5 256.1.1.1 0x 1 example.com.0x1f".split(),
        *"127%2e0.0.1 exam%70le.com exa%mple.com a..b .a -a a,b exam^ple.com \u2488.example".split(),
        *"[::1%25lo] [fe80::1%lo] [::1 ::1 [example.com] [v1.x]".split(),
        *("", " ", "exa mple.com", "a" * 64, "a.b" * 100),
    ],
)
def test_a_host_that_is_neither_a_name_nor_an_address_as_usually_written_is_refused(host: str) -> None:
    assert refusal(f"http://{host}/x") == "The URL has no host that can be called. Write a name, or an address such as 93.184.215.14."


def test_a_refusal_shows_no_secret_of_the_url() -> None:
    secret = "s3cr3t"
    urls = [f"http://a:{secret}@b/", f"http://example.com:22/{secret}", f"ftp://{secret}", f"http://[{secret}]/", f"http://a b/{secret}"]
    assert [url for url in urls if secret in refusal(url)] == []


def test_the_path_may_hold_secrets_and_shows_in_no_log() -> None:
    assert repr(read_url("https://example.com/s3cr3t")) == "Target(scheme='https', host='example.com', port=443)"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://example.com:443/a", "example.com"),
        ("http://Example.com:8080/a", "example.com:8080"),
        ("http://example.com:443/a", "example.com:443"),
        ("http://[2606:2800:21f::1]:8080/a", "[2606:2800:21f::1]:8080"),
    ],
)
def test_another_port_of_a_host_is_another_server(url: str, server: str) -> None:
    assert read_url(url).server == server


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b?c", "https://example.com/b?c"),
        ("b", "https://example.com/a/b"),
        ("//other.example/x", "https://other.example/x"),
        ("http://[2606:2800:21f::1]/x", "http://[2606:2800:21f::1]/x"),
        ("http://example.com:22/", "http://example.com:22/"),
    ],
)
def test_a_redirect_is_followed_from_where_it_was_met(location: str, url: str) -> None:
    assert follow(read_url("https://example.com/a/"), location).url == url


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://[x", "http://a@b/", "http://2130706433/"])
def test_a_redirect_to_what_is_no_url_is_refused(location: str) -> None:
    with pytest.raises(FetchRefused):
        follow(read_url("https://example.com/a/"), location)
