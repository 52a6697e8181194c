"""Media whose addresses no file could come from: warned of where they are written."""

from pathlib import Path

import pytest

from flask_chatbot.core.loading.loader import load_rules
from tests.core.books import in_rule, write

BESIDE = "Write one with https:// in front, or the path of a file beside the rules."
WITHOUT = "Begin it with https://. A file beside the rules is named without {{ }}, one reply for each."
THE_FILE = "Write the address of the file itself, which a browser shows or saves without a page around it."


@pytest.mark.parametrize(
    ("url", "way_out"),
    [
        ("toko.id/a.png", "Write it with https:// in front: https://toko.id/a.png"),
        ("www.example.com/a.png", "Write it with https:// in front: https://www.example.com/a.png"),
        ("https://", "Write all of it, without spaces."),
        ("https://a b.com", "Write all of it, without spaces."),
        ("ftp://example.com/a.png", BESIDE),
        ("data:image/png;base64,iVBORw0KGgo=", BESIDE),
        ("files/{{ nohp }}.png", WITHOUT),
    ],
)
def test_a_url_that_is_no_web_address_is_warned_of_at_its_own_line(tmp_path: Path, url: str, way_out: str) -> None:
    message = f"{url!r} is not a web address. {way_out}"
    assert in_rule(tmp_path, f'keyword: a\nreply:\n  - Halo\n  - image: "{url}"') == [f"6:16: warning: {message}"]
    assert in_rule(tmp_path, f'keyword: a\nreply:\n  one_of:\n    - document:\n        url: "{url}"') == [f"7:18: warning: {message}"]


@pytest.mark.parametrize(
    "url", ["https://example.com/a.png", "http://a.id", "{{ situs }}/a.png", "http{{ 's' }}://x", "https://x/{{ nohp }}", "http{# #}s://x"]
)
def test_a_url_that_may_be_one_is_fine(tmp_path: Path, url: str) -> None:
    rules = f"vars: {{situs: 'https://a.id'}}\nrules:\n  - keyword: a\n    reply: {{image: \"{url}\"}}\n"
    assert len(load_rules(write(tmp_path, rules)).rules) == 1
    assert "address" not in str(in_rule(tmp_path, f'keyword: a\nneeds: situs\nreply: {{image: "{url}"}}'))


@pytest.mark.parametrize(
    ("url", "way_out"),
    [
        ("https://drive.google.com/file/d/1A-b_C/view?usp=sharing", "Write https://drive.google.com/uc?export=download&id=1A-b_C"),
        ("https://drive.google.com/open?id=1AbC", "Write https://drive.google.com/uc?export=download&id=1AbC"),
        ("https://drive.google.com/drive/folders/", THE_FILE),
        ("https://www.dropbox.com/s/abc/k.png?dl=0", "Write https://www.dropbox.com/s/abc/k.png?dl=1"),
        ("https://github.com/toko/web/blob/main/a.png", "Write https://github.com/toko/web/blob/main/a.png?raw=true"),
        ("https://www.instagram.com/p/Cabc/", THE_FILE),
        ("https://youtu.be/abc", THE_FILE),
        ("https://toko.id/harga.html", THE_FILE),
    ],
)
def test_the_address_of_a_page_is_warned_of_with_that_of_the_file(tmp_path: Path, url: str, way_out: str) -> None:
    shown = repr(url)
    assert in_rule(tmp_path, f"keyword: a\nreply: {{image: '{url}'}}") == [
        f"4:20: warning: {shown} is the address of a page, so customers would get no image. {way_out}"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://drive.google.com/uc?export=download&id=1AbC",
        "https://www.dropbox.com/s/abc/k.png?dl=1",
        "https://i.imgur.com/a.png",
        "https://raw.githubusercontent.com/toko/web/main/a.png",
        "https://toko.id/gambar.php?id=3",
    ],
)
def test_the_address_of_a_file_is_fine_wherever_it_lies(tmp_path: Path, url: str) -> None:
    assert in_rule(tmp_path, f"keyword: a\nreply: {{image: '{url}'}}") == []


def test_the_text_with_the_address_of_a_page_is_fine(tmp_path: Path) -> None:
    assert in_rule(tmp_path, "keyword: a\nreply: 'Videonya: https://youtu.be/abc'") == []
