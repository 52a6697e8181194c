"""CSV files as tables: what is read out of them, and what is told of those that cannot be used."""

from pathlib import Path, PosixPath
from time import process_time

import pytest

from flask_chatbot.core.loading.documents import read_document
from flask_chatbot.core.loading.lookups.csv_files import CsvFiles
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.lookups.cells import marks_for
from flask_chatbot.core.lookups.csv_table import read_table
from flask_chatbot.core.lookups.csv_text import Trouble
from flask_chatbot.core.lookups.find import Find
from flask_chatbot.core.values.problems import Mark
from tests.core.books import NO_FILES, load, problems, said, write

ID, EN = marks_for(".", ","), marks_for(",", ".")
BOOK = """\
settings: {{language: {language}}}
tables: {{harga: harga.csv}}
rules:
  - keyword: harga#
    fields: [kode]
    find: {{in: harga, by: kode}}
    not_found: "{{{{ kode }}}} tidak ada."
    reply: "{reply}"
"""
SHEET = "kode;nama;harga;stok\nA-1;Kopi Gayo;25.000;12\nB2;Kafé;15.500,50;\n"
TITLE = "this line is a title, and the file begins with the names of the columns. Remove the lines above them."
PRICE = "{{ found.nama }} {{ found.harga | rupiah }}"


def warnings(source: bytes) -> list[tuple[int, str]]:
    """What is doubtful in a file that can be used."""
    table, troubles = read_table(source, ID)
    assert table is not None
    return [(each.line, str(each.message)) for each in troubles]


def refused(source: bytes) -> tuple[int, str]:
    """The reason why a file cannot be used."""
    table, (trouble,) = read_table(source, ID)
    assert table is None
    assert not trouble.is_warning
    return trouble.line, str(trouble.message)


@pytest.mark.parametrize(
    "source", [b"kode,nama\nA1,Kopi\n", b"kode;nama\nA1;Kopi\n", b"\xef\xbb\xbfkode,nama\r\nA1,Kopi\r\n", b"sep=;\r\nkode;nama\r\nA1;Kopi"]
)
def test_commas_and_semicolons_with_and_without_a_byte_order_mark_are_read_alike(source: bytes) -> None:
    table, troubles = read_table(source, ID)
    assert table is not None
    assert (table.find({"kode": "A1"}), troubles) == ([{"kode": "A1", "nama": "Kopi"}], ())


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["12", "15.000", "1.500,5", "-3"], [12, 15000, 1500.5, -3]),
        (["2,5", "2.5", "0"], [2.5, 2.5, 0]),
        (["Rp25.000", "Rp 1.250.000"], [25000, 1250000]),
        (["1,500,000.50"], [1500000.5]),
        (["007", "12"], ["007", "12"]),
        (["0812-3456-7890", "62812"], ["0812-3456-7890", "62812"]),
        (["40", "XL"], ["40", "XL"]),
        (["=1+1", "=HYPERLINK(A1)"], ["=1+1", "=HYPERLINK(A1)"]),
        (["12", ""], [12, None]),
        (["1234567890123456"], ["1234567890123456"]),
    ],
)
def test_a_column_is_of_numbers_as_the_language_writes_them_or_of_texts_as_they_stand(cells: list[str], values: list[object]) -> None:
    table, _ = read_table("\n".join(["no;isi", *(f"{number};{cell}" for number, cell in enumerate(cells))]).encode(), ID)
    assert table is not None
    assert [row[1] for row in table.rows] == values
    assert [type(row[1]) for row in table.rows] == [type(value) for value in values]


def test_the_language_of_the_file_says_which_mark_is_that_of_thousands(tmp_path: Path) -> None:
    files = {"harga.csv": "kode;harga\na;1,500\nb;1.5\n"}
    book = load(tmp_path, BOOK.format(language="en", reply="{{ found.harga + 1 }}"), files)
    assert [said(book, "harga#a"), said(book, "harga#b")] == ["1501", "2.5"]


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("harga#A-1", "Kopi Gayo Rp25.000"),
        ("HARGA # a-1 ", "Kopi Gayo Rp25.000"),
        ("harga#*A\u20111*!", "Kopi Gayo Rp25.000"),
        ("harga#\uff22\uff12", "Kafé Rp15.500,50"),
        ("harga#C3", "C3 tidak ada."),
    ],
)
def test_a_look_up_forgives_what_the_normal_form_of_matching_forgives(tmp_path: Path, written: str, answer: str) -> None:
    book = load(tmp_path, BOOK.format(language="id", reply=PRICE), {"harga.csv": SHEET})
    assert said(book, written) == answer


def test_accents_are_set_aside_on_both_sides_and_signs_count_where_they_distinguish() -> None:
    table, _ = read_table("nama;n\nKafé;1\nA-;2\nA+;3\n".encode(), ID)
    assert table is not None
    found = {written: [row["n"] for row in table.find({"nama": written})] for written in ("kafe", "KAFÉ", "a-", "A+", "a")}
    assert found == {"kafe": [1], "KAFÉ": [1], "a-": [2], "A+": [3], "a": [2]}


def test_of_several_columns_all_must_fit_and_ten_rows_are_found_at_most() -> None:
    table, _ = read_table(
        ("jenis;ukuran;n\n" + "".join(f"kaos;{'S' if number % 2 else 'M'};{number}\n" for number in range(40))).encode(), ID
    )
    assert table is not None
    assert [row["n"] for row in table.find({"jenis": "KAOS", "ukuran": "s"})] == [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]
    assert table.find({"jenis": "topi", "ukuran": "s"}) == []


def test_names_of_columns_are_those_of_the_header_as_templates_write_them() -> None:
    table, _ = read_table(b"Kode Barang,Harga (Rp),Sisa Stok,,\nA1,5,3,,\n", ID)
    assert table is not None
    assert table.names == ("kode_barang", "harga_rp", "sisa_stok")


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        (b"", 1, "the file is empty. Its first line names the columns, such as kode,nama,harga."),
        (b"\n\n", 1, "the file is empty. Its first line names the columns, such as kode,nama,harga."),
        (b"kode\tnama\nA\tB\n", 1, "the columns are separated by tabs. Export the sheet as CSV, with commas or semicolons."),
        ("kode;nama".encode("utf-16"), 1, "the file is in UTF-16. Save it as CSV UTF-8."),
        (b"kode\nA\n\x81\x8d\n", 3, "the file is neither UTF-8 nor cp1252. Save it as CSV UTF-8."),
        (b"kode,nama\nA,\0\n", 2, "the file is not CSV: it holds NUL. Export the sheet as CSV UTF-8."),
        (
            b'kode,nama\nA,Kopi\nB,"Teh\nC,Susu\nD,Air\n',
            3,
            "the quotes that begin here never close. Write a quote inside a cell twice, or remove it.",
        ),
        (b'kode,nama\nA,"Kopi" gayo\n', 2, 'something stands behind the closing quotes of a cell. Write a quote inside a cell twice: "".'),
        (b"kode,nama\nA,Kopi,gayo\n", 2, "the line has 3 cells, and the header 2. Put quotes around a cell that holds a ','."),
        (
            b",".join(b"k%d" % number for number in range(200)),
            1,
            "the line has 200 cells, and at most 100 are read. Export only the columns that the rules use.",
        ),
        (b"kode,Kode\nA,B\n", 1, "two columns are called 'kode'. Give one of them another name."),
        (b"kode,rows\nA,B\n", 1, "a column may not be called 'rows', since `found.rows` means something else. Choose another name."),
        (b"kode,More\nA,B\n", 1, "a column may not be called 'more', since `found.more` means something else. Choose another name."),
        (b"PK\x03\x04\0\0", 1, "the file is a workbook of a spreadsheet, and no CSV. Export the sheet as CSV UTF-8."),
        (b"Toko, Maju\nkode;nama;harga\nA1;Kopi;5\n", 1, TITLE),
        (b"2026,1 kg\nA,B\n", 1, "'2026' cannot be the name of a column. Begin it with a letter, such as harga."),
        (
            b"kode,nama,harga\nA1;Kopi;5\nB2;Teh;6\n",
            1,
            "the columns are separated by ',' here, and by ';' in the lines below. Write the same between all of them.",
        ),
        (b"Toko, Maju\nA1;Kopi;5\n", 1, TITLE),
        (
            b"kode;nama;harga\nA;Kopi;25000\nB;Te",
            3,
            "the file ends in the middle of this line: it has 2 of 3 cells, and no end. Save the whole file again.",
        ),
        (b"DAFTAR HARGA\nkode;nama\nA;Kopi\n", 1, TITLE),
        (b"DAFTAR HARGA;;\nkode;nama;harga\nA;Kopi;5\n", 1, TITLE),
        (b"kode\n" + b"A" * 5000, 2, "a cell is longer than 4096 characters. Shorten it."),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_line_and_the_way_out(source: bytes, line: int, message: str) -> None:
    assert refused(source) == (line, message)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            b"kode,nama\nA,Caf\xe9\n",
            [(2, "the file is not UTF-8, and is read as cp1252. If letters come out wrong, save it as CSV UTF-8.")],
        ),
        (b"kode;harga\nA;15,000\n", [(2, "'15,000' in the column 'harga' is read as 15.0. If thousands are meant, write 15000.")]),
        (
            b"kode;stok\nA;1\nB;2\nC;habis\n",
            [(4, "'habis' is no number, so the whole column 'stok' is text. Write a number, such as 0, or leave the cell empty.")],
        ),
        (
            b"kode;stok\nA;1\nB;12\nC;05\n",
            [(4, "'05' begins with a zero, as codes do, so the whole column 'stok' is text. If it is a number, write 5.")],
        ),
        (
            b"kode;harga\nA;1.500\nB;0.500\n",
            [(3, "'0.500' in the column 'harga' is read as 0.5. If thousands are meant, write 500.")],
        ),
        (b"kode;nama\n", [(1, "there are no lines below the header, so nothing is found in this file.")]),
        (b"kode;hp\nA;6281100\nB;6281200\nC;0813000\n", []),
        (b"kode;nomor\nA;112\nB;113\nC;014\n", []),
        (b'kode;nama\nA;"Kopi\nGayo"\n', []),
        (b"kode;nama;;\nA;Kopi;;\nB;Teh\n", []),
        (
            b"kode;1 kg;;2026;nama\nA;5;x;6;Kopi\n",
            [
                (1, "'1 kg' cannot be the name of a column, so rules cannot use it. To use it, begin it with a letter, such as harga."),
                (1, "a column without a name stands before '2026', and is left out. Name it, or delete the column."),
                (1, "'2026' cannot be the name of a column, so rules cannot use it. To use it, begin it with a letter, such as harga."),
            ],
        ),
        (
            b"kode;nama\nA;Kopi\nB\n",
            [(3, "the line has 1 of 2 cells; the others are taken as empty. Check that nothing is missing.")],
        ),
        (
            b"kode;nama;stok\nA\nB;Teh;1\nC;Susu\nD;Air;2\n",
            [(2, "the line has 1 of 3 cells; the others are taken as empty. So has one more line. Check that nothing is missing.")],
        ),
    ],
)
def test_what_is_doubtful_is_a_warning_and_the_file_is_used(source: bytes, told: list[tuple[int, str]]) -> None:
    assert warnings(source) == told


def test_lines_are_counted_as_editors_count_them_whatever_is_quoted_or_empty() -> None:
    table, _ = read_table(b'sep=;\nkode;nama\n\nA;"Kopi\nGayo"\nB;Teh\n', ID)
    assert table is not None
    assert list(table.lines) == [4, 6]


def test_troubles_know_their_line() -> None:
    assert read_table(b"", EN)[1] == (Trouble(1, read_table(b"", EN)[1][0].message),)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("in: harga", "in: hrga"), "6:16: there is no table 'hrga'. Did you mean 'harga'?"),
        (("by: kode", "by: kodee"), "6:27: the rule has no field 'kodee'. Did you mean 'kode'?"),
        (("by: kode", "by: [kode, kde]"), "6:34: the rule has no field 'kde'. Did you mean 'kode'?"),
        (("by: kode", "by: kode, anyone: true"), "6:33: 'anyone' is about saved rows, which have a sender. Remove it."),
        (("{{ found.nama }}", "{{ found.nma }}"), "8:16: found has no 'nma'. Did you mean 'nama'?"),
        (
            ("{{ found.nama }}", "{{ found.nama | rupiah }}"),
            "8:29: the filter 'rupiah' needs a number, and found.nama is text. Take a number from a field or from Python.",
        ),
        (
            ("{{ found.nama }}", "{{ found.stok + 1 }}"),
            "8:27: found.stok may have been left out, and '+' needs a value. Write `found.stok | default(0)`.",
        ),
        (
            ("{{ found.nama }}", "{{ found }}"),
            "8:16: found is a map: customers would read all of it. Write one entry, such as `found['kode']`.",
        ),
        (("{{ found.nama }}", "{% for each in found.rows %}{{ each.naam }}{% endfor %}"), "8:44: each has no 'naam'. Did you mean 'nama'?"),
        (
            ('not_found: "{{ kode }} tidak ada."', 'not_found: "{{ found.kode }}"'),
            "7:20: unknown name 'found'. A rule that has 'find' knows it, in its reply, 'confirm' and 'notify'.",
        ),
        (("harga.csv", "hrga.csv"), "2:17: there is no file 'hrga.csv' beside rules.yaml. Did you mean 'harga.csv'?"),
        (
            ("harga.csv", "/etc/passwd"),
            "2:17: '/etc/passwd' is an absolute path, and `tables` counts from the folder of rules.yaml. Write the path from there.",
        ),
    ],
)
def test_names_of_tables_and_columns_and_the_types_of_cells_are_checked_at_load(
    tmp_path: Path, change: tuple[str, str], told: str | None
) -> None:
    text = BOOK.format(language="id", reply=PRICE).replace(*change)
    found = [each.removeprefix("rules.yaml:") for each in problems(tmp_path, text, {"harga.csv": SHEET})]
    assert found == [told]


def test_a_key_that_stands_twice_is_a_warning_unless_all_rows_are_shown(tmp_path: Path) -> None:
    files = {"harga.csv": "kode;nama;harga\nA1;Kopi;1\nB2;Teh;2\na1 ;Susu;3\n"}
    twice = (
        "harga.csv:4:1: warning: kode 'A1' stands in line 2 already, and rule 'harga#' shows that one. "
        "Remove one of them, or show all: {% for row in found.rows %}"
    )
    assert problems(tmp_path, BOOK.format(language="id", reply=PRICE), files) == [twice]
    every = BOOK.format(language="id", reply="{% for row in found.rows %}{{ row.nama }} {% endfor %}")
    assert problems(tmp_path, every, files) == []
    assert said(load(tmp_path, every, files), "harga#a1") == "Kopi Susu"


def test_lines_that_nobody_finds_and_a_header_below_a_title_are_reported(tmp_path: Path) -> None:
    text = BOOK.format(language="id", reply="{{ found.nama }}")
    empty = "'kode' is empty, so nobody finds this line by it. So has one more line. Fill it in."
    found = problems(tmp_path, text, {"harga.csv": "kode;nama\nA;Kopi\n;Teh\n;Susu\n"})
    assert found == [f"harga.csv:3:1: warning: {empty}"]
    below = "the column 'kode' stands in line 2 of harga.csv, and the first line names the columns. Remove the lines above it."
    assert f"rules.yaml:6:27: {below}" in problems(tmp_path, text, {"harga.csv": "Toko Maju;November\nKode;nama\nA;Kopi\n"})


def test_a_table_whose_file_is_broken_says_so_and_nothing_else(tmp_path: Path) -> None:
    text = BOOK.format(language="id", reply=PRICE)
    broken = "harga.csv:2:1: the quotes that begin here never close. Write a quote inside a cell twice, or remove it."
    assert problems(tmp_path, text, {"harga.csv": 'kode;nama;harga\nA;"Kopi\nB;Teh;5\n'}) == [broken]


def test_tables_stand_in_the_root_file_only(tmp_path: Path) -> None:
    files = {"b.yaml": "tables: {harga: harga.csv}\nrules: []\n"}
    (told,) = problems(tmp_path, "include: b.yaml\nrules:\n  - {keyword: a, reply: b}\n", files)
    assert told == "b.yaml:1:1: only the file that includes this one may have 'tables'. Move it there."


OPTIONS = """\
tables: {{harga: harga.csv}}
rules:
  - keyword: pesan
    ask:
      - barang: {{question: Barang apa?, options: {{from: {column}}}}}
    find: {{in: harga, by: nama}}
    reply: "{{{{ barang }}}}"
"""


def test_options_are_the_different_values_of_a_column(tmp_path: Path) -> None:
    text = OPTIONS.format(column="harga.nama").replace("    find: {in: harga, by: nama}\n", "")
    book = load(tmp_path, text, {"harga.csv": "kode;nama\nA;Kopi Gayo\nB;Teh\nC;kopi  gayo\nD;\n"})
    field = book.by_name["pesan"].fields
    assert field is not None
    assert [option.value for option in field[0].options] == ["Kopi Gayo", "Teh"]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("hrga.nama", "options come from a CSV file, and 'hrga' is not one of them. Did you mean 'harga'?"),
        ("harga.naam", "the table 'harga' has no column 'naam'. Did you mean 'nama'?"),
        ("harga.kosong", "'harga.kosong' is empty, so nothing can be chosen. Fill in the file, or write the options here."),
        (
            "harga.kode",
            "'harga.kode' has 101 different values, and a question takes 100 options. Let customers write it, and look it up by `find:`.",
        ),
    ],
)
def test_options_from_what_is_no_column_or_has_too_many_values_are_told_at_load(tmp_path: Path, column: str, message: str) -> None:
    text = OPTIONS.format(column=column).replace("    find: {in: harga, by: nama}\n", "")
    sheet = "kode;nama;kosong\n" + "".join(f"K{number};Kopi;\n" for number in range(101))
    assert problems(tmp_path, text, {"harga.csv": sheet}) == [f"rules.yaml:5:57: {message}"]


def test_an_option_may_still_be_called_from(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        "rules:\n  - keyword: a\n    ask: [{arah: {question: From or to?, options: {from: dari, to: ke}}}]\n    reply: b\n",
        NO_FILES,
    )
    assert [option.value for option in (book.by_name["a"].fields or ())[0].options] == ["from", "to"]


def test_a_hundred_thousand_rows_of_one_key_are_indexed_in_a_moment() -> None:
    table, _ = read_table(b"jenis;n\n" + b"".join(b"kaos;%d\n" % number for number in range(100_000)), ID)
    assert table is not None
    before = process_time()
    assert [row["n"] for row in table.find({"jenis": "Kaos"})] == list(range(10))
    assert process_time() - before < 3


class Growing(PosixPath):
    """A file to which somebody adds a line whenever its content is read."""

    def read_bytes(self) -> bytes:
        found = super().read_bytes()
        with self.open("ab") as file:
            file.write(b"A2;Teh;15000\n")
        return found


def test_a_file_that_changes_while_it_is_read_is_not_used(tmp_path: Path) -> None:
    path, marked = write(tmp_path, BOOK.format(language="id", reply=PRICE), {"harga.csv": "kode;nama;harga\n"}), Mark("rules.yaml", 2, 17)
    document, found, _ = read_document(path.read_bytes(), "rules.yaml")
    assert document is not None
    place = Place(document, (), document.data, found).at("tables", "harga")
    files = CsvFiles(path)
    assert files.content(place, Growing(tmp_path / "harga.csv")) is None
    changed = "the file 'harga.csv' was changed while it was read. Check again once it is saved."
    assert ([(each.mark, str(each.message)) for each in found], files.digests) == ([(marked, changed)], {tmp_path / "harga.csv": None})


def test_what_may_be_left_out_has_its_own_indexes_before_anybody_asks() -> None:
    table, _ = read_table(b"kode;ukuran;warna\nA1;S;merah\n", ID)
    assert table is not None
    find = Find(table="stok", by=("kode", "ukuran", "warna"))
    assert table.prepare(find, {"ukuran", "warna"}) == [("kode", "ukuran", "warna"), ("kode", "warna"), ("kode", "ukuran"), ("kode",)]
    assert table.prepare(find, set()) == [("kode", "ukuran", "warna")]
