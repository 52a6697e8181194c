from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flask_chatbot.core.language.sentences import SENTENCES, Locale, language_of
from flask_chatbot.core.loading.preamble import is_country
from tests.core.books import load, problems, rule_name, said

NO_FRENCH = (
    f"the language 'fr' does not come with the package, which has id, en. Use one of those, or write all {len(SENTENCES['en'])} sentences "
    "under 'sentences': `flask chatbot sentences --language en` prints them, ready to be translated."
)

MOVED = "courtesy words are not a setting: they add to those of the language. Remove this, and write beside 'settings':"
RULES = "rules: [{keyword: [harga, daftar harga], reply: x}, {keyword: menu kak, reply: x}]\n"


KEYS = "language, timezone, country, call, groups, guess, quiet, takeover, patience, tries, one_message, staff, hours"


@pytest.mark.parametrize(
    ("settings", "locale"),
    [
        ("", Locale(language=language_of("id"), timezone=ZoneInfo("Asia/Jakarta"), country="ID")),
        ("settings: {language: en}\n", Locale(language=language_of("en"), timezone=ZoneInfo("Asia/Jakarta"), country="ID")),
        (
            "settings: {timezone: Europe/Berlin, country: DE}\n",
            Locale(language=language_of("id"), timezone=ZoneInfo("Europe/Berlin"), country="DE"),
        ),
        ("settings: {}\n", Locale()),
        ("settings: {country: NO}\n", Locale(country="NO")),
    ],
)
def test_settings_say_how_the_bot_speaks(tmp_path: Path, settings: str, locale: Locale) -> None:
    assert load(tmp_path, settings + RULES).locale == locale


@pytest.mark.parametrize(("country", "known"), [("ID", True), ("NO", True), ("XX", False), ("id", False)])
def test_a_country_is_one_with_telephones(country: str, known: bool) -> None:
    assert is_country(country) is known


@pytest.mark.parametrize(("country", "text", "number"), [("ID", "0213456789", "62213456789"), ("MY", "0123456789", "60123456789")])
def test_local_numbers_are_read_in_the_country(tmp_path: Path, country: str, text: str, number: str) -> None:
    book = load(
        tmp_path,
        f"settings: {{country: {country}}}\nrules: [{{keyword: 'x#', fields: [{{hp: {{type: phone}}}}], reply: '{{{{ hp }}}}'}}]\n",
    )
    assert said(book, f"x#{text}") == number


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("{language: fr}", f"2:22: {NO_FRENCH}"),
        ("{language: idn}", "2:22: unknown language 'idn'. Did you mean 'id'?"),
        ("{language: [id]}", "2:22: 'language' must be text, not a list."),
        ("{timezone: asia/jakarta}", "2:22: unknown time zone 'asia/jakarta'. Write 'Asia/Jakarta'."),
        ("{timezone: WIB7}", "2:22: unknown time zone 'WIB7'. Use an IANA name, such as Asia/Jakarta."),
        ("{timezone: ''}", "2:22: unknown time zone ''. Use an IANA name, such as Asia/Jakarta."),
        ("{timezone: ../etc/passwd}", "2:22: unknown time zone '../etc/passwd'. Use an IANA name, such as Asia/Jakarta."),
        ("{country: Indonesia}", "2:21: 'country' must be a country's two capital letters, not 'Indonesia'. Write ID."),
        ("{country: id}", "2:21: 'country' must be a country's two capital letters, not 'id'. Write ID."),
        ("{country: XX}", "2:21: 'XX' is not a country with telephone numbers. Write its two capital letters, such as ID or MY."),
        (
            "{ignore_words: [kak, min]}",
            f"2:12: {MOVED} `words: {{ignore: [kak, min]}}`",
        ),
        (
            "{ignore_words: []}",
            f"2:12: {MOVED} `words: {{ignore: {{only: []}}}}`",
        ),
        ("{langauge: id}", "2:12: unknown key 'langauge'. Did you mean 'language'?"),
        ("{zzz: red}", f"2:12: unknown key 'zzz'. Known here: {KEYS}."),
        ("groups please", "2:11: 'settings' must be a group of keys, not 'groups please'."),
        ("[groups]", "2:11: 'settings' must be a group of keys, not a list."),
        ("", "2:1: 'settings' is empty. Write a group of keys after it, or remove it."),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, settings: str, problem: str) -> None:
    assert problems(tmp_path, f"version: 1\nsettings: {settings}\n{RULES}") == [f"rules.yaml:{problem}"]


@pytest.mark.parametrize(
    ("written", "way_out"),
    [
        ("Asia", "Use an IANA name, such as Asia/Jakarta."),
        ("Jakarta", "Did you mean 'Asia/Jakarta'?"),
        ("WIB", "Write 'Asia/Jakarta'."),
        ("wita", "Write 'Asia/Makassar'."),
        ("WIT", "Write 'Asia/Jayapura'."),
    ],
)
def test_what_is_no_time_zone_is_told_with_the_name_of_one(tmp_path: Path, written: str, way_out: str) -> None:
    assert problems(tmp_path, f"settings: {{timezone: {written}}}\n{RULES}") == [
        f"rules.yaml:1:22: unknown time zone '{written}'. {way_out}"
    ]


@pytest.mark.parametrize(
    ("settings", "text", "name"),
    [
        ("", "harga kak", "harga"),
        ("", "harga kindly", None),
        ("settings: {language: en}", "harga please", "harga"),
        ("settings: {language: en}", "harga kak", None),
        ("words: {ignore: [cuy]}", "harga kak", "harga"),
        ("words: {ignore: cuy}", "harga cuy", "harga"),
        ("words: {ignore: {only: [cuy]}}", "harga kak", None),
        ("words: {ignore: {only: cuy}}", "harga cuy", "harga"),
        ("words: {ignore: [no, 1]}", "no harga 1", "harga"),
        ("words: {ignore: [apa kabar]}", "apa kabar harga", "harga"),
        ("words: {ignore: {only: []}}", "harga kak", None),
        ("words: {ignore: [kak]}", "menu kak", "menu kak"),
    ],
)
def test_courtesy_words_are_the_languages_own_and_those_that_the_file_adds(
    tmp_path: Path, settings: str, text: str, name: str | None
) -> None:
    assert rule_name(load(tmp_path, f"{settings}\n{RULES}"), text) == name


@pytest.mark.parametrize("text", ["hrg", "PRICE!", "daftar pricelist", "1", "harga"])
def test_a_synonym_stands_for_its_head_word_everywhere(tmp_path: Path, text: str) -> None:
    assert rule_name(load(tmp_path, f"synonyms: {{harga: [hrg, price, pricelist, 1]}}\n{RULES}"), text) == "harga"


@pytest.mark.parametrize("text", ["cek HRG", "cek harga", "hrgnya cek"])
def test_keywords_written_with_a_synonym_are_found_by_the_head_word(tmp_path: Path, text: str) -> None:
    book = load(tmp_path, "synonyms: {harga: hrg}\nrules: [{keyword: cek hrg, reply: x}]\n")
    assert rule_name(book, text) == (None if "nya" in text else "cek hrg")


def test_heads_may_be_given_in_several_files(tmp_path: Path) -> None:
    book = load(tmp_path, f"include: b.yaml\nsynonyms: {{harga: hrg}}\n{RULES}", {"b.yaml": "synonyms: {harga: [harga, price]}\n"})
    assert [rule_name(book, text) for text in ("hrg", "price")] == ["harga", "harga"]


def test_synonyms_that_cannot_be_are_told(tmp_path: Path) -> None:
    text = f"""
synonyms:
  harga: [hrg, daftar harga]
  ongkos: [kirim, HRG!]
  kirim: [antar]
  tanya: ["?#", ""]
{RULES}"""
    assert problems(tmp_path, text) == [
        "rules.yaml:4:19: 'hrg' stands for 'harga' already, at rules.yaml:3:11. Remove one of them.",
        "rules.yaml:5:11: 'kirim' is itself a synonym of 'ongkos'. List all its words there.",
        "rules.yaml:6:11: a synonym is one word or a few, at most 10, without a #, and '?#' is something else. Change it.",
        "rules.yaml:6:17: entry 2 of 'tanya' is an empty text. Write something, or remove it.",
    ]


def test_synonyms_in_a_ring_are_told(tmp_path: Path) -> None:
    assert problems(tmp_path, f"synonyms: {{a: b, b: a}}\n{RULES}") == [
        "rules.yaml:1:15: 'a' is itself a synonym of 'b'. List all its words there.",
        "rules.yaml:1:21: 'b' is itself a synonym of 'a'. List all its words there.",
    ]


def test_vars_that_cannot_be_are_told(tmp_path: Path) -> None:
    text = f"""
vars:
  toko: x
  nama: Budi
  class: 1
  loop: 1
  none: 1
  "harga kaos": 5
  1a: 2
  kosong:
  grup: {{a: [1]}}
  daftar: [a, [b]]
{RULES}"""
    taken = "which means something else in templates. Choose another name."
    letters = "cannot be a name in templates. Use letters, digits and _, beginning with a letter."
    assert problems(tmp_path, text) == [
        f"rules.yaml:4:3: a var may not be called 'nama', {taken}",
        f"rules.yaml:5:3: a var may not be called 'class', {taken}",
        f"rules.yaml:6:3: a var may not be called 'loop', {taken}",
        f"rules.yaml:7:3: a var may not be called 'none', {taken}",
        f"rules.yaml:8:3: 'harga kaos' {letters}",
        f"rules.yaml:9:3: '1a' {letters}",
        "rules.yaml:10:3: 'kosong' is empty. Write text or a list or a group of keys after it, or remove it.",
        "rules.yaml:11:13: 'a' must be text or a group of keys, not a list.",
        "rules.yaml:12:15: entry 2 of 'daftar' must be text, not a list.",
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            "{ignore: {onyl: [a]}}",
            "1:9: the list 'ignore' is words, or 'only' and the words in place of the language's own. Write one of them.",
        ),
        ("{ignore: [a, '#']}", "1:21: '#' is no word that a customer says. Write up to 10 words without a #."),
        (
            "{sorry: [a]}",
            (
                "1:9: unknown key 'sorry'. Known here: ignore, yes, no, cancel, skip, wait, resume, done, greetings, thanks, days, months, "
                "numbers."
            ),
        ),
    ],
)
def test_wrong_words_are_told(tmp_path: Path, words: str, problem: str) -> None:
    (told,) = problems(tmp_path, f"words: {words}\n{RULES}")
    assert told.split(":", 3)[3] == problem.split(":", 2)[2]


def test_greetings_of_a_file_replace_or_add_to_those_of_the_language(tmp_path: Path) -> None:
    rules = "rules: [{keyword: halo, reply: x}]\n"
    assert rule_name(load(tmp_path, f"words: {{greetings: [sugeng]}}\n{rules}"), "sugeng kak") == "halo"
    assert rule_name(load(tmp_path, f"words: {{greetings: {{only: [halo, sugeng]}}}}\n{rules}"), "met pagi") is None


@pytest.mark.parametrize(
    ("written", "takeover"),
    [
        ("", timedelta(hours=1)),
        ("takeover: 30 menit", timedelta(minutes=30)),
        ("takeover: never", None),
        ("takeover: '1 jam'", timedelta(hours=1)),
    ],
)
def test_the_rules_say_how_long_the_bot_is_silent_after_the_owner_wrote(tmp_path: Path, written: str, takeover: timedelta | None) -> None:
    assert load(tmp_path, f"settings: {{{written}}}\n{RULES}").takeover == takeover


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("tidak", "'tidak' is no length of time. Write one, such as 1 hour, or never: then the bot goes on answering."),
        ("no", "'no' is no length of time. Write one, such as 1 hour, or never: then the bot goes on answering."),
        ("0 menit", "'0 menit' is no time at all. Write at least 1 second, or remove it."),
        ("999 hari", "'999 hari' is too long: the limit is 366 days. Write less."),
    ],
)
def test_a_silence_that_cannot_be_is_told(tmp_path: Path, written: str, problem: str) -> None:
    assert problems(tmp_path, f"settings: {{takeover: {written}}}\n{RULES}") == [f"rules.yaml:1:22: {problem}"]


def test_staff_are_all_whom_the_rules_name_or_notify(tmp_path: Path) -> None:
    rules = "rules: [{keyword: lapor, notify: [kasir, 0812-3456-7891], reply: x}]\n"
    book = load(tmp_path, f"settings: {{staff: {{kasir: '628117601234', gudang: ID.1349}}}}\n{rules}")
    assert book.staff == {"628117601234", "ID.1349", "6281234567891"}
