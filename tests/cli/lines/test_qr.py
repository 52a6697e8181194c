"""`qr`: the code is drawn so that a camera reads it, again when it changes, until the phone is linked."""

from pathlib import Path

import pytest

from flask_chatbot.cli.lines.qr import HOW, PICTURE, drawn, show_until_linked
from flask_chatbot.transports.base import Session
from flask_chatbot.transports.simulator import Simulator
from tests.cli.lines.test_send import run
from tests.lines.two_lines import ONE_LINE, TwoLines

FIRST, SECOND = (Session(is_authenticated=False, qrcode=f"2@{letter * 60}") for letter in "ab")
LINKED = Session(is_authenticated=True, number="628110000001", name="Toko Maju")


def test_each_code_is_drawn_once_until_the_phone_is_linked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, said = tmp_path / "kode.png", iter([Session(is_authenticated=False), FIRST, FIRST, SECOND, LINKED])
    assert show_until_linked(lambda: next(said), file, 60.0, lambda seconds: None)
    parts = [f"{drawn(each.qrcode)}\nwritten to {file}\n{HOW}\n" for each in (FIRST, SECOND)]
    assert capsys.readouterr().out == f"there is no code yet; waiting for it\n{''.join(parts)}linked 628110000001 Toko Maju\n"
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_gateway_that_has_its_code_as_a_picture_only_is_told_by_its_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, links = tmp_path / "kode.png", [f"http://localhost:3000/statics/scan-{number}.png" for number in (1, 1, 2)]
    said = iter([*(Session(is_authenticated=False, qr_link=link) for link in links), LINKED])
    assert show_until_linked(lambda: next(said), file, 60.0, lambda seconds: None)
    told = f"{file} is not written: this gateway shows its code as that picture only"
    parts = [f"{PICTURE.format(link=link)}\n{told}\n" for link in dict.fromkeys(links)]
    assert capsys.readouterr().out == f"{''.join(parts)}linked 628110000001 Toko Maju\n"
    assert not file.exists()


def test_a_picture_that_the_gateway_draws_is_written_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kode.png"
    said = iter([Session(is_authenticated=False, qr_link="http://localhost:3000/a.png", qr_picture="iVBORw=="), LINKED])
    assert show_until_linked(lambda: next(said), file, 60.0, lambda seconds: None)
    assert (file.read_bytes(), f"written to {file}" in capsys.readouterr().out) == (b"\x89PNG", True)


def test_a_drawing_has_the_modules_of_the_code_and_a_light_border() -> None:
    lines = drawn("2@abc").splitlines()
    width = len(lines[0])
    assert ({len(line) for line in lines}, width % 2, set("".join(lines)) <= set("█▀▄ ")) == ({width}, 1, True)
    assert set(lines[0]) == {"█"}  # light, on the dark ground of most terminals


def test_a_code_that_nobody_scans_ends_the_command(tmp_path: Path) -> None:
    shop = TwoLines(tmp_path)
    shop.toko.log_out()
    with shop.working():
        result = run(shop, "qr", "--line", "toko", "--wait", "1 second")
    assert (result.exit_code, result.stderr) == (1, "nobody scanned it within 1 seconds\n")
    assert drawn(shop.toko.session().qrcode) in result.stdout
    shop.close()


def test_a_phone_that_is_linked_needs_no_code(tmp_path: Path) -> None:
    shop = TwoLines(tmp_path, rules=ONE_LINE, CHATBOT_LINES={"toko": Simulator(name="toko", runs_anywhere=True)})
    assert run(shop, "qr").stdout == "linked 6283111111111 Simulator\n"
    shop.close()


def test_of_several_lines_one_has_to_be_named_as_the_option_is_written(tmp_path: Path) -> None:
    shop = TwoLines(tmp_path)
    result = run(shop, "qr")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        "Error: This app has several lines. Name one with --line: toko, grosir.",
    )
    shop.close()
