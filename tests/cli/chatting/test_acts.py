"""What is no text in `chat`: files, places, cards, taps, reactions, edits and deletions, alone and by a simulated phone."""

from pathlib import Path

import pytest
from flask.cli import ScriptInfo

from flask_chatbot import Chatbot
from flask_chatbot.cli.chatting.acts import HOW_TO_SEND
from flask_chatbot.cli.main import chatbot
from flask_chatbot.core.values.contents import FILE_LIMIT
from flask_chatbot.core.values.messages import Message
from tests.cli.shops import Shop, open_shop, runner

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
RULES = """\
version: 1
rules:
  - keyword: menu
    reply: Mau apa?
    menu: [Harga: harga, Alamat: alamat]
  - {keyword: harga, reply: Mulai 10 ribu.}
  - {keyword: alamat, reply: Jalan Melati.}
  - {name: foto, sends: image, reply: "{{ media.kind }}, {{ media.name or '-' }}."}
  - {name: bukti, keyword: bukti#, sends: image, fields: [nomor, {gambar: {type: image}}], reply: "Bukti {{ nomor }}."}
  - {name: suara, sends: audio, reply: Terdengar.}
  - {name: tempat, sends: location, reply: "{{ location.lat }} {{ location.lng }} {{ location.name }}"}
  - {name: kartu, sends: contact, reply: "{{ contact.name }}: {{ contact.number }}"}
  - name: pesan
    keyword: pesan
    ask: [{barang: {question: Barang apa?}}, {jumlah: {question: Berapa?, type: integer}}]
    reply: "{{ jumlah }} {{ barang }}."
"""
Lines = tuple[str, ...]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules and a picture, and the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "foto.png").write_bytes(PNG)
    (tmp_path / "foto bukti.png").write_bytes(PNG)
    return tmp_path


def alone(*lines: str) -> list[str]:
    """What the rules alone say to lines."""
    outcome = runner().invoke(chatbot, ["chat"], input="".join(f"{line}\n" for line in lines), obj=ScriptInfo())
    assert outcome.exit_code == 0, outcome.output
    return [line.removeprefix("> ") for line in outcome.stdout.replace("> ", "\n> ").splitlines() if line not in ("", "> ")]


def by_phone(shop: Shop, *lines: str) -> list[str]:
    """What arrives on a phone after lines, without the receipts."""
    outcome = shop.run("chat", "--phone", "6281234567890", typed="".join(f"{line}\n" for line in lines))
    assert outcome.exit_code == 0, outcome.output
    printed = [line.removeprefix("> ") for line in outcome.stdout.replace("> ", "\n> ").splitlines() if line not in ("", "> ")]
    return [line for line in printed if line != "  read"]


SCENES: dict[str, tuple[Lines, Lines]] = {
    "picture": (("/image foto.png",), ("image, foto.png.",)),
    "caption": (('/image "foto bukti.png" bukti#12',), ("Bukti 12.",)),
    "voice": (("/voice foto.png",), ("Terdengar.",)),
    "place": (("/location -6.2, 106.8 Kantor Pusat", "/location -6.2 106.8"), ("-6.2 106.8 Kantor Pusat", "-6.2 106.8")),
    "card": (("/contact Ani Lestari 0812-3456-7890",), ("Ani Lestari: 0812-3456-7890",)),
    "deletion": (
        ("pesan", "kopi susu", "/delete", "3", "kopi susu"),
        ("Barang apa?", "Berapa?", "(no reply)", "Barang apa?", "3 kopi susu."),
    ),
    "edit": (("harga", "/edit harga kopi"), ("Mulai 10 ribu.", "(no reply)")),
    "other slash": (("/start",), ("(no reply)",)),
}


@pytest.mark.parametrize("name", SCENES)
def test_what_is_no_text_is_sent_to_the_rules_alone(name: str) -> None:
    lines, answers = SCENES[name]
    assert alone(*lines) == [*answers]


def test_a_phone_sends_all_of_it_through_the_whole_app(folder: Path) -> None:
    shop = open_shop(folder, None, rules=RULES)
    lines = [line for lines, _ in SCENES.values() for line in lines]
    assert by_phone(shop, *lines) == [line for _, answers in SCENES.values() for line in answers]
    shop.database.close()


MENU = ["Mau apa?", "1. Harga", "2. Alamat"]


def test_what_a_menu_shows_is_tapped(folder: Path) -> None:
    shop = open_shop(folder, None, rules=RULES)
    lines = ("/tap Harga", "menu", "/tap Alamat", "/tap Peta")
    asked, *shown, answer, unknown = alone(*lines)
    assert (asked, shown, answer, unknown) == (
        "(No menu has been shown yet that could be tapped.)",
        MENU,
        "Jalan Melati.",
        "(No menu shows 'Peta'. The last one shows 'Harga', 'Alamat'.)",
    )
    assert by_phone(shop, *lines)[1:-1] == [*MENU, "Jalan Melati."]
    shop.database.close()


def test_functions_of_the_app_hear_of_reactions_and_edits(folder: Path) -> None:
    bot, heard = Chatbot(), []

    @bot.on_reaction
    def liked(message: Message) -> None:
        heard.append(message.reaction.emoji if message.reaction else "")

    @bot.on_edit
    def changed(message: Message) -> None:
        heard.append(message.text)

    shop = open_shop(folder, None, bot, rules=RULES)
    assert by_phone(shop, "harga", "/react 👍", "/edit harga kopi") == ["Mulai 10 ribu.", "(no reply)", "(no reply)"]
    assert heard == ["👍", "harga kopi"]
    shop.database.close()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/image", "(Write the name of a file behind it: /image foto.jpg)"),
        ("/image lain.png", "(lain.png cannot be read: No such file or directory. Names count from this folder.)"),
        ("/document besar.pdf", "(besar.pdf is larger than 16 MiB, more than WhatsApp takes.)"),
        ("/location Pekanbaru", "(Write degrees behind it, north and east: /location -6.2 106.8)"),
        ("/location 91 0", "(Write degrees behind it, north and east: /location -6.2 106.8)"),
        ("/contact Ani", "(Write a name and a number behind it: /contact Ani 081234567890)"),
        ("/react 👍", "(Nothing has been answered yet that one could react to.)"),
        ("/edit halo", "(Nothing has been written yet.)"),
        ("/delete", "(Nothing has been written yet.)"),
    ],
)
def test_a_line_that_cannot_be_done_is_answered_with_the_way_out(line: str, said: str, folder: Path) -> None:
    with (folder / "besar.pdf").open("wb") as file:
        file.truncate(FILE_LIMIT + 1)
    assert alone(line, "harga") == [said, "Mulai 10 ribu."]


def test_help_shows_each_command_and_the_languages_of_the_rules(folder: Path) -> None:
    assert alone("/help") == str(HOW_TO_SEND).splitlines()
    (folder / "rules.yaml").write_text(RULES.replace("version: 1", "version: 1\nsettings: {language: id}"), "utf-8")
    assert alone("/help")[0] == "/image BERKAS [keterangan]      gambar; begitu juga /audio, /voice, /video, /document dan /sticker"
