"""The chat page: a customer's phone beside the reasons for each answer."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.console.chatting.bubbles import Bubble, bubbles_of
from flask_chatbot.console.chatting.customers import PICTURE
from flask_chatbot.console.marks import shown
from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.menus import Buttons, MessageTemplate
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import ContactCard, Document, Image, Location, Reply, Text
from flask_chatbot.core.values.stored import write_reply
from flask_chatbot.store.console.conversations import Answered
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import Browser, console_app, text_of

BUDI = "6281200000000"
Make = Callable[..., Flask]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda *args, **config: console_app(tmp_path, *args, **config)


def entered(app: Flask) -> Browser:
    """A browser that is logged in and has the page open."""
    browser = Browser(app)
    browser.log_in()
    browser.get("/chat")
    return browser


def memory_in(page: str) -> str:
    """What the page carries of the conversation so far."""
    found = re.search(r'name="memory" id="memory" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_text_is_answered_beside_the_rule_with_its_lines_and_the_others(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = entered(make()).post("/chat", number=BUDI, name="Budi", text="halo")
    said = text_of(page)
    assert page.status_code == 200
    assert said.endswith("Customer halo Bot Halo Budi !")
    assert "salam rules.yaml:3:5, found by its keyword - name: salam keyword: halo reply: Halo *{{ nama or 'Kak' }}*!" in said
    assert 'Rules that were tried salam rules.yaml:3:5, keyword "halo" wins fallback' in said
    assert "<strong>Budi</strong>" in page.text


def test_fields_are_shown_with_their_types_and_what_is_wrong_with_them(make: Make) -> None:
    browser = entered(make())
    assert "Field Type Value barang text kopi jumlah integer 3" in text_of(browser.post("/chat", number=BUDI, text="pesan#kopi#3"))
    wrong = text_of(browser.post("/chat", number=BUDI, text="pesan#kopi#banyak"))
    assert re.search(r"jumlah integer (?!banyak)\S", wrong)


def test_a_form_goes_on_although_nothing_is_kept(make: Make, tmp_path: Path) -> None:
    app = make()
    browser = entered(app)
    asked = browser.post("/chat", number=BUDI, text="daftar")
    assert "Kota mana?" in text_of(asked)
    given = browser.post("/chat", number=BUDI, text="Dumai", memory=memory_in(asked.text))
    assert "Dumai dicatat." in text_of(given)
    with app.extensions["chatbot"].make_database().reading() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM chatbot_states").scalar()
    assert kept == 0


@pytest.mark.parametrize("memory", ["x", "IngiOiAxfQ.x.y", ""])
def test_a_memory_that_is_none_of_ours_counts_for_nothing(make: Make, memory: str) -> None:
    browser = entered(make())
    assert "Maaf, belum paham." in text_of(browser.post("/chat", number=BUDI, text="Dumai", memory=memory))


def test_no_handler_of_the_app_is_called_and_the_page_says_which_would_be(make: Make) -> None:
    bot = Chatbot()
    called = []

    @bot.keyword("stok")
    def stock() -> str:
        called.append(1)
        return "12"

    browser = entered(make(bot))
    assert "stock at" in text_of(browser.post("/chat", number=BUDI, text="stok"))
    assert called == []
    assert "Nothing is sent" in text_of(browser.get("/chat"))


def test_a_simulator_that_another_process_has_open_is_not_written_to(make: Make) -> None:
    simulator = Simulator(clock=lambda: 1_700_000_000.0)
    browser = entered(make(CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=simulator, CHATBOT_WORKER="off"))
    assert "Nothing is sent" in text_of(browser.get("/chat"))
    assert "Halo Kak !" in text_of(browser.post("/chat", number=BUDI, text="halo"))
    assert simulator.phone(BUDI).received == ()


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_text_is_told(make: Make, text: str) -> None:
    answer = entered(make()).post("/chat", number=BUDI, text=text)
    assert (answer.status_code, text_of(answer)) == (422, "Write a text first.")


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% raw %}",
    "gratis\u202egpj.exe",
    "a\u0301" * 2000,
    "*<b>tebal</b>* `</code>`",
    "\x00\x1b[31m",
    '" autofocus onfocus="alert(1)',
    "\U0001f600'\"><svg/onload=alert(1)>",
]


class Elements(HTMLParser):
    """The elements of a page and their attributes, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_customer_writes_is_text(make: Make, text: str) -> None:
    browser = entered(make())
    plain = Elements(browser.post("/chat", number=BUDI, text="*a* `b`").text), Elements(browser.get("/chat?name=a").text)
    hostile = browser.post("/chat", number=BUDI, text=text), browser.get("/chat?" + urlencode({"name": text[:40], "number": text[:30]}))
    assert [page.status_code for page in hostile] == [200, 200]
    for before, page in zip(plain, hostile, strict=True):
        found = Elements(page.text)
        assert (found.names - before.names - {"em", "s"}, found.attributes - before.attributes) == (set(), set())
        assert re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", page.text) is None
        assert "49" not in text_of(page)


CHOICES = (Choice("harga", "Daftar harga"), Choice("lokasi", "Lokasi"))
REPLIES: list[tuple[Reply, dict[str, object]]] = [
    (Text("*Halo* _Kak_"), {"kind": "text", "words": "<strong>Halo</strong> <em>Kak</em>"}),
    (
        Image("https://example.com/a/harga.png", "Ini"),
        {"kind": "image", "title": "harga.png", "url": "https://example.com/a/harga.png", "words": "Ini"},
    ),
    (
        Document("https://example.com/x", filename="Katalog.pdf"),
        {"kind": "document", "title": "Katalog.pdf", "url": "https://example.com/x"},
    ),
    (Location(-6.2, 106.8, "Toko"), {"kind": "location", "title": "Toko", "place": "-6.20000,106.80000"}),
    (Location(-6.2, 106.8), {"kind": "location", "title": "-6.20000, 106.80000", "place": "-6.20000,106.80000"}),
    (ContactCard("Admin", ("628111",)), {"kind": "contact", "title": "Admin", "words": "628111"}),
    (Buttons("Pilih", CHOICES, "Pilih\n1. Daftar harga"), {"kind": "text", "words": "Pilih", "choices": CHOICES}),
    (MessageTemplate("dikirim", "id", ("Budi",)), {"kind": "text", "words": "[template] dikirim, id, Budi"}),
]


@pytest.mark.parametrize(("reply", "parts"), REPLIES)
def test_each_kind_of_reply_is_drawn(reply: Reply, parts: dict[str, object]) -> None:
    sent = Answered(id="3EB0", at=1_764_230_400.0, reply=write_reply(reply), ack=Ack.DELIVERED, error=None)
    (bubble,) = bubbles_of([sent], Locale(), shown)
    assert bubble == Bubble(**{"is_ours": True, "id": "3EB0", "at": "15:00", "ticks": "delivered", **parts})  # type: ignore[arg-type]


def test_a_reply_of_a_later_version_is_shown_as_something() -> None:
    sent = Answered(id="3EB0", at=0.0, reply='{"kind":"hologram"}', ack=Ack.ERROR, error="ditolak")
    (bubble,) = bubbles_of([sent], Locale(), shown)
    assert (bubble.words, bubble.ticks, bubble.reason) == ("...", "failed", "ditolak")


def test_a_picture_a_place_and_a_tap_are_sent_as_a_customer_does(make: Make, tmp_path: Path) -> None:
    app = make()
    rules = """\
version: 1
rules:
  - {name: foto, sends: image, reply: Foto diterima.}
  - {name: tempat, sends: location, reply: "{{ location.lat }} diterima."}
  - name: menu
    keyword: menu
    reply: Silakan pilih.
    menu: [{Daftar harga: harga}, {Lokasi: lokasi}]
  - {name: harga, keyword: harga, reply: Mulai 5.000.}
  - {name: lokasi, keyword: lokasi, reply: {location: {lat: -6.2, lng: 106.8, name: Toko}}}
  - {fallback: true, reply: Maaf.}
"""
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    app.extensions["chatbot"].bot.reload()
    browser = entered(app)
    assert "Foto diterima." in text_of(browser.post("/chat", number=BUDI, kind="image"))
    assert "0.5333 diterima." in text_of(browser.post("/chat", number=BUDI, kind="location", text="0.5333, 101.45"))
    wrong = browser.post("/chat", number=BUDI, kind="location", text="di sana")
    assert (wrong.status_code, "such as 0.5333, 101.45" in text_of(wrong)) == (422, True)
    menu = browser.post("/chat", number=BUDI, text="menu")
    taps = re.findall(r'name="tap" value="([^"]+)"', menu.text)
    tapped = browser.post("/chat", number=BUDI, tap=taps[1], memory=memory_in(menu.text))
    assert 'https://www.openstreetmap.org/?mlat=-6.20000&amp;mlon=106.80000"' in tapped.text
    assert "Mulai 5.000." in text_of(browser.post("/chat", number=BUDI, tap=taps[0], memory=memory_in(menu.text)))


def test_a_simulated_phone_sends_the_same(tmp_path: Path) -> None:
    phones = Simulator()
    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    rules = """\
version: 1
rules:
  - {sends: image, reply: Foto diterima.}
  - {sends: location, reply: Tempat diterima.}
  - {keyword: menu, reply: Silakan pilih., menu: [{Harga: harga}, {Lokasi: harga}]}
  - {name: harga, keyword: harga, reply: Mulai 5.000.}
"""
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    app.extensions["chatbot"].bot.reload()
    budi, browser = phones.phone(BUDI), entered(app)
    sent = [{"kind": "image"}, {"kind": "location", "text": "1,2"}, {"text": "menu"}, {"tap": "harga|Harga"}]
    with working(app):
        budi.writes("harga")
        budi.waits_for(1)  # the simulator is open now
        for count, form in enumerate(sent, 2):
            assert browser.post("/chat", None, **{"number": BUDI, **form}).status_code == 200
            budi.waits_for(count)
        said = [reply.text for reply in budi.replies if isinstance(reply, Text)]
        assert (said[1:3], said[-1]) == (["Foto diterima.", "Tempat diterima."], "Mulai 5.000.")
        assert browser.post("/chat", number=BUDI, tap="x|Tidak ada").status_code == 422


def test_a_time_of_day_is_that_of_the_message_and_nothing_is_sent(tmp_path: Path) -> None:
    phones = Simulator()
    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    rules = """\
version: 1
rules:
  - {keyword: buka, when: {time: "08.00-17.00"}, reply: Buka., otherwise: Tutup.}
"""
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    app.extensions["chatbot"].bot.reload()
    browser = entered(app)
    with working(app):
        said = [text_of(browser.post("/chat", number=BUDI, text="buka", time=time)) for time in ("09:00", "21:30")]
        assert ["Bot Buka." in said[0], "Bot Tutup." in said[1], phones.phone(BUDI).received] == [True, True, ()]
        assert "Nothing is sent" in text_of(browser.get("/chat?time=21:30"))
        other = phones.phone("6282345678901")
        other.writes("buka")
        other.waits_for(1)  # the simulator is open now
        assert "Nothing is sent" not in text_of(browser.get("/chat?time=jam"))


def test_the_nearest_phrases_are_shown_beside_an_answer(make: Make) -> None:
    assert 'Nearest phrases "pesan" pesan, ' in text_of(entered(make()).post("/chat", number=BUDI, text="pesn"))


def test_a_file_beside_the_rules_is_shown_and_one_elsewhere_only_named(make: Make, tmp_path: Path) -> None:
    app = make()
    (tmp_path / "menu.png").write_bytes(PICTURE)
    rules = "version: 1\nrules:\n  - {keyword: menu, reply: [{image: menu.png}, {image: 'https://a.id/x.png'}]}\n"
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    app.extensions["chatbot"].bot.reload()
    browser = entered(app)
    page = browser.post("/chat", number=BUDI, text="menu").text
    (src,) = re.findall(r'<img class="sent" src="/chatbot/console([^"]+)"', page)
    shown = browser.client.get(f"/chatbot/console{src}")
    assert (shown.status_code, shown.content_type, shown.data) == (200, "image/png", PICTURE)
    assert '<a href="https://a.id/x.png" target="_blank" rel="noreferrer noopener">x.png</a>' in page
    assert browser.get("/chat/media/0").status_code == 404


LIVE = """\
version: 1
settings: {groups: keywords}
rules:
  - name: pesan
    keyword: pesan
    ask: [{nama: Siapa?}, {kota: Kota mana?}]
    reply: "{{ nama }} di {{ kota }}."
  - {name: stok, keyword: stok, reply: Habis.}
  - {name: admin, keyword: admin, pause: 2 jam, notify: "628117601234", reply: Sebentar.}
  - {name: bawaan, fallback: true, reply: Maaf.}
"""


def live_app(folder: Path, phones: Simulator, bot: Chatbot | None = None) -> Flask:
    """An app whose messages go to simulated phones."""
    return console_app(folder, bot, rules=LIVE, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")


def opened(phones: Simulator) -> None:
    """Wait until somebody else has got an answer: the simulator is open then."""
    siti = phones.phone("6282345678901")
    siti.writes("stok")
    siti.waits_for(1)


def why(page: str) -> tuple[str, str]:
    """The rule in the headline, and the first of those that were tried."""
    (headline,) = re.findall("<h3>(.*?)</h3>", page)
    first = re.search(r"<li><strong>(\w+)</strong> <small>[^<]*</small><br>([^<]*)", page)
    return headline, "" if first is None else f"{first[1]}: {first[2]}"


def test_the_reasons_shown_are_those_of_the_bots_own_decision(tmp_path: Path) -> None:
    bot, phones = Chatbot(), Simulator()
    called = []

    @bot.rule("stok")
    def stock() -> str:
        called.append(1)
        return "Ada 12."

    app = live_app(tmp_path, phones, bot)
    browser = entered(app)
    with working(app):
        opened(phones)
        pages = [browser.post("/chat", number=BUDI, text=text) for text in ("pesan", "Tono", "Dumai", "stok", "admin", "stok")]
        kept = [why(page.text) for page in pages]
    assert [(rule, reason.partition(":")[0]) for rule, reason in kept] == [
        ("pesan", "pesan"),
        ("pesan", "pesan"),
        ("pesan", "pesan"),
        ("stok", "stok"),
        ("admin", "admin"),
        ("No rule answers this", "stok"),
    ]
    assert "kota text Dumai" in text_of(pages[2])
    assert (len(called), "is not run" in text_of(pages[3])) == (2, False)
    assert "the bot is paused for this person: 2 hours left" in text_of(pages[5])


def test_an_answer_that_no_rule_gave_is_put_down_to_none(tmp_path: Path) -> None:
    bot, phones = Chatbot(), Simulator()

    @bot.before
    def greet(message: Message) -> str | None:
        return "Selamat datang." if message.text == "tes" else None

    app = live_app(tmp_path, phones, bot)
    browser = entered(app)
    with working(app):
        opened(phones)
        written = ((BUDI, "tes"), (BUDI, "admin"), ("628117601234", "selesai"))
        pages = [browser.post("/chat", number=number, text=text) for number, text in written]
    note = "Answered without a rule: by a function of the app, by a command of staff, or because the bot cannot read this."
    said = [(note in text_of(page), "Rules that were tried" in page.text) for page in pages]
    assert said == [(True, False), (False, True), (True, False)]


def test_several_customers_write_in_a_group_and_see_its_answers(tmp_path: Path) -> None:
    phones = Simulator()
    app = live_app(tmp_path, phones)
    browser = entered(app)
    with working(app):
        opened(phones)
        for count, number in enumerate((BUDI, "6281200000009"), 1):
            answer = browser.post("/chat", number=number, text="stok", chat="group")
            assert (answer.status_code, why(answer.text)[0]) == (200, "stok")
            assert phones.phone(number).waits_for(count)[-1].reply == Text("Habis.")
        shown = text_of(browser.get("/chat/phone?number=6281200000009&chat=group"))
    assert re.findall("Customer stok|Bot Habis", shown) == ["Bot Habis", "Customer stok", "Bot Habis"]


@pytest.mark.parametrize("form", [{"number": "bukan nomor"}, {"number": "0"}, {"tap": "a|b"}, {"number": "\x00", "chat": "group"}])
def test_whatever_a_simulated_phone_cannot_do_is_told(tmp_path: Path, form: dict[str, str]) -> None:
    phones = Simulator()
    app = live_app(tmp_path, phones)
    browser = entered(app)
    with working(app):
        opened(phones)
        answer = browser.post("/chat", None, **{"number": BUDI, "text": "stok", **form})
    assert answer.status_code in (200, 422)
