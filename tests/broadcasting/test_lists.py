"""The lists of broadcasts: files as spreadsheets write them, and everything wrong with one, by line."""

import pytest

from flask_chatbot.broadcasting import running
from flask_chatbot.broadcasting.content import BroadcastContent
from flask_chatbot.broadcasting.lists import PEOPLE_LIMIT
from flask_chatbot.broadcasting.preparing import Audience
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import NotAccepted
from tests.broadcasting.shops import BUDI, SARI, BroadcastShop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> BroadcastShop:
    return BroadcastShop(tmp_path_factory.mktemp("shop"))


def shown(shop: BroadcastShop, text: str, file: bytes) -> list[tuple[str, str]]:
    """The numbers and texts of the preview."""
    samples = running.preview(shop.lines, shop.draft(text, file)).samples
    return [(each.to, reply.text) for each in samples for reply in each.replies if isinstance(reply, Text)]


@pytest.mark.parametrize(
    "file",
    [
        b"\xef\xbb\xbfnomor;nama\r\n081234567890;Budi\r\n",
        b'sep=;\nnama;nomor\n"Budi";"0812-3456-7890"\n',
        b"Nama,No. HP\nBudi,+62 812 3456 7890\n\n,,\n"[:-3],
        b"nama,whatsapp\nBudi,6281234567890\nBudi lagi,081234567890",
        "nomor;nama\n081234567890;Budi\n".encode("cp1252"),
    ],
    ids=["byte-order mark, semicolons", "sep, quotes", "another order", "twice", "no UTF-8"],
)
def test_a_file_is_read_as_spreadsheets_write_it(shop: BroadcastShop, file: bytes) -> None:
    assert shown(shop, "Halo {{ nama }} ({{ nohp }})!", file) == [(BUDI, f"Halo Budi ({BUDI})!")]


def test_numbers_in_a_column_are_numbers_and_codes_stay_as_they_are(shop: BroadcastShop) -> None:
    file = f"nomor,harga,kode,rumus\n{BUDI},15.000,007,=1+1\n{SARI},2.500,012,@x\n".encode()
    text = "{{ harga | rupiah }} {{ kode }} {{ rumus }}"
    assert shown(shop, text, file) == [(BUDI, "Rp15.000 007 =1+1"), (SARI, "Rp2.500 012 @x")]


def test_a_cell_is_no_template(shop: BroadcastShop) -> None:
    assert shown(shop, "Halo {{ nama }}", f"nomor,nama\n{BUDI},{{{{ nohp }}}}{{% x\n".encode()) == [(BUDI, "Halo {{ nohp }}{% x")]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "line 1: the file is empty."),
        (b"nomor\n", "The file names nobody: there is nothing below its first line."),
        (f"{BUDI}\n{SARI}\n".encode(), "line 1: the first line holds a number, and no names of columns. Put a line such as nomor,nama"),
        (b"nomor,nama\n12,Budi\n\n,Sari\n", "line 2: '12' is not a possible phone number."),
        (b"nomor,nama\n12,Budi\n\n,Sari\n", "\nline 4: there is no number."),
        (b"nomor\n6.28123E+12\n", "line 2: '6.28123E+12' is a number that the spreadsheet has rounded."),
        (b'nomor,nama\n628123,"Budi\n628124,Sari\n', "line 2: the quotes that begin here never close."),
        (b"nomor,nama\n6281234567890,Budi,Santoso\n", "line 2: the line has 3 cells, and the header 2."),
        (b"nomor,nama,Nama\n6281234567890,a,b\n", "line 1: two columns are called 'nama'."),
        (b"nomor\n120363041234567890@g.us\n", "line 2: '120363041234567890@g.us' is not a possible phone number."),
        (b"nomor\n99999@lid\n", "line 2: '99999@lid' is an id that nobody on this line has."),
        (b"nomor\0\n", "line 1: the file is not CSV: it holds NUL."),
        ("nomor\n6281234567890\n".encode("utf-16"), "line 1: the file is in UTF-16."),
        (b"nomor\n" + b"12\n" * 30, "\nand 10 more"),
        (b"nomor\n" + b"6281234567890\n" * (PEOPLE_LIMIT + 1), "A broadcast goes to at most 20,000 people. Split the list."),
        (b"x" * (8 * 2**20 + 1), "The file is larger than 8 MiB."),
    ],
)
def test_everything_wrong_with_a_file_is_reported_by_line_and_nothing_is_kept(shop: BroadcastShop, file: bytes, said: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        shop.draft("Halo!", file)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BroadcastContent(text="Halo {{ namaa }}"), "line 1 of the text: unknown name 'namaa'"),
        (BroadcastContent(text="Halo {{ nama"), "line 1 of the text: "),
        (BroadcastContent(text="{{ nama }}"), "line 3: The text comes out empty."),
        (BroadcastContent(text=" "), "Give one of these: a text, the name of a template, or the name of a rule."),
        (BroadcastContent(text="a", rule="salam"), "Give one of these: a text, the name of a template, or the name of a rule."),
        (BroadcastContent(rule="salem"), "There is no rule 'salem'. Did you mean 'salam'?"),
        (BroadcastContent(rule="pilih"), "Rule 'pilih' shows a menu"),
        (BroadcastContent(rule="diam"), "Rule 'diam' has no reply."),
        (BroadcastContent(rule="promo"), "Rule 'promo' needs kode: upload a CSV file with columns of these names."),
        (BroadcastContent(template="promo", parameters=("{{ nama }}",)), "line 3: Value 1 of the template comes out empty."),
        (BroadcastContent(template="promo", parameters=("x" * 1025,)), "line 2: Value 1 of the template is longer than 1,024 characters."),
    ],
)
def test_content_that_somebody_could_not_get_is_refused(shop: BroadcastShop, content: BroadcastContent, said: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        shop.draft(content=content, file=f"nomor,nama\n{BUDI},Budi\n{SARI},\n".encode())
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("audience", "said"),
    [
        (Audience(), "Give one list"),
        (Audience(label="vip", days=3), "Give one list"),
        (Audience(label="vip\0"), "Nobody has the label"),
        (Audience(days=3), "No customer wrote by this line within 3 days."),
        (Audience(days=31), "Give a number of days from 1 to 30"),
    ],
)
def test_a_list_of_nobody_is_refused(shop: BroadcastShop, audience: Audience, said: str) -> None:
    with pytest.raises(NotAccepted, match=said):
        shop.draft("Halo!", audience=audience)
