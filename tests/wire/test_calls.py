"""The JSON of the API's endpoints: what is read out of it, and what is refused in which words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.values.menus import MessageTemplate
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Text, Video
from flask_chatbot.errors import BadPayload
from flask_chatbot.webclient.client import HttpClient
from flask_chatbot.wire.calls import BY_ENDPOINT, Call, read_number, read_send
from flask_chatbot.wire.strict_json import Number

NOHP = "6281234567890"
BSUID, LID, ODD_GROUP = "ID.13491208655302741918", "251500@lid", "Y2FwaV9ncm91cDox"
CHECK, SEEN = HttpClient().check, {BSUID, LID, f"{ODD_GROUP}@g.us"}
GROUP = "120363041234567890"
CARD = {"name": "Admin", "numbers": ["628111111111", "(021) 345-6789"]}
GOOD: dict[str, tuple[dict[str, object], Reply]] = {  # endpoint for a person: the fields beside nohp, and what is sent
    "sendwa": ({"pesan": "Halo *Budi* #1"}, Text("Halo *Budi* #1")),
    "sendmedia": ({"mediaurl": "https://example.com/a.png", "pesan": ""}, Image("https://example.com/a.png")),
    "sendlocation": ({"latitude": "0.525960", "longitude": Number("101.426866"), "pesan": "Toko"}, Location(0.52596, 101.426866, "Toko")),
    "sendcontact": ({"contact": CARD}, ContactCard("Admin", ("628111111111", "62213456789"))),
}


def read(endpoint: str, **body: object) -> Call:
    return read_send(BY_ENDPOINT[endpoint], endpoint, body, "ID", CHECK, seen=SEEN.__contains__)


def refusal(endpoint: str, **body: object) -> str:
    """What is said of a body that is refused."""
    with pytest.raises(BadPayload) as caught:
        read(endpoint, **body)
    assert caught.value.status == 400
    return caught.value.message


@pytest.mark.parametrize("endpoint", GOOD)
@pytest.mark.parametrize("ending", ["", "togroup"])
def test_each_endpoint_of_a_pair_sends_to_a_person_or_to_a_group(endpoint: str, ending: str) -> None:
    fields, reply = GOOD[endpoint]
    name = f"sendwa{ending}" if endpoint == "sendwa" else f"{endpoint}{ending}"
    assert [read(name, nohp=NOHP, **fields), read(name, groupid=GROUP, **fields)] == [
        Call(chat=f"{NOHP}@c.us", reply=reply, notify_url=None, promo=False),
        Call(chat=f"{GROUP}@g.us", reply=reply, notify_url=None, promo=False),
    ]


@pytest.mark.parametrize(
    ("fields", "reply"),
    [
        ({"template": {"name": " dikirim "}}, MessageTemplate("dikirim")),
        ({"template": {"name": "a", "language": None, "parameters": None}, "pesan": None}, MessageTemplate("a")),
        ({"template": {"name": "a", "language": " en_US ", "parameters": ["Budi", "#1"]}}, MessageTemplate("a", "en_US", ("Budi", "#1"))),
        ({"template": {"name": "a"}, "pesan": "Sudah dikirim."}, MessageTemplate("a", plain="Sudah dikirim.")),
        ({"template": {"name": "a", "parameters": ["1"] * 100}, "pesan": " "}, MessageTemplate("a", parameters=("1",) * 100)),
        ({"template": "", "pesan": "Halo"}, Text("Halo")),
        ({"template": None, "pesan": "Halo"}, Text("Halo")),
    ],
)
def test_a_template_takes_the_place_of_the_text(fields: dict[str, object], reply: Reply) -> None:
    assert read("sendwa", nohp=NOHP, **fields).reply == reply


NAMES = "They have small letters, digits and underscores, like 'pemberitahuan'."


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"template": "dikirim"}, "'template' is a string. Send an object with 'name', 'language' and 'parameters'."),
        ({"template": {}}, "'template.name' is missing or null. Send the name as a string."),
        ({"template": {"name": " "}}, "'template.name' is empty. Send the name."),
        (
            {"template": {"name": "pesanan dikirim"}},
            f"'template.name': 'pesanan dikirim' is no name of a template. {NAMES}",
        ),
        (
            {"template": {"name": "a", "language": "bahasa indonesia"}},
            "'template.language': 'bahasa indonesia' is no language of a template. Write it as Meta does, like 'id' or 'en_US'.",
        ),
        ({"template": {"name": "a" * 513}}, "'template.name' has 513 characters, and 512 is the limit. Send less."),
        ({"template": {"name": "a", "language": Number("1")}}, "'template.language' is a number. Send the language as a string."),
        ({"template": {"name": "a", "lang": "en"}}, "'template' has the unknown key 'lang'. Did you mean 'language'?"),
        ({"template": {"name": "a", "": 1}}, "'template' has the unknown key ''. Known keys: name, language, parameters."),
        ({"template": {"name": "a", "z": 1}}, "'template' has the unknown key 'z'. Known keys: name, language, parameters."),
        ({"template": {"name": "a", "parameters": "b"}}, "'template.parameters' is a string. Send a list of at most 100 texts."),
        (
            {"template": {"name": "a", "parameters": ["b"] * 101}},
            "'template.parameters' is a list of 101. Send a list of at most 100 texts.",
        ),
        ({"template": {"name": "a", "parameters": ["b", " "]}}, "'template.parameters[1]' is empty. Send each value."),
        ({"template": {"name": "a"}, "pesan": True}, "'pesan' is true or false. Send the text as a string."),
        ({"template": None}, "'pesan' is missing or null. Send the text as a string."),
    ],
)
def test_a_template_that_cannot_be_sent_is_told_with_its_field(fields: dict[str, object], told: str) -> None:
    assert refusal("sendwa", nohp=NOHP, **fields) == told


@pytest.mark.parametrize("written", ["+62 812-3456-7890", "0812.3456.7890", "0062812 3456 7890", "62 812-3456-7890", "\u202a6281234567890"])
def test_numbers_are_read_as_people_write_them(written: str) -> None:
    assert read("sendwa", nohp=written, pesan="a").chat == f"{NOHP}@c.us"
    assert read_number({"nohp": written}, "ID") == NOHP


def test_a_local_number_belongs_to_the_country_that_is_set() -> None:
    call = read_send(
        BY_ENDPOINT["sendwa"], "sendwa", {"nohp": "012-345 6789", "pesan": "a"}, "MY", HttpClient().check, seen=SEEN.__contains__
    )
    assert call.chat == "60123456789@c.us"


@pytest.mark.parametrize(
    ("written", "group"), [(f"{GROUP}@g.us", GROUP), (f" {GROUP} ", GROUP), ("628111111111-1510000000", "628111111111-1510000000")]
)
def test_groups_are_named_in_each_form_there_is(written: str, group: str) -> None:
    assert read("sendwatogroup", groupid=written, pesan="a").chat == f"{group}@g.us"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.com/a.JPG?size=2", Image),
        ("https://example.com/a.mp3", Audio),
        ("https://example.com/a.mp4", Video),
        ("https://example.com/a.pdf", Document),
        ("https://example.com/download", Document),
    ],
)
def test_a_file_is_what_its_url_says(url: str, kind: type[Image]) -> None:
    assert read("sendmedia", nohp=NOHP, mediaurl=f" {url}\n", pesan="Ini").reply == kind(url, "Ini")


@pytest.mark.parametrize("absent", [None, ""])
def test_an_optional_field_that_is_null_or_empty_is_absent(absent: object) -> None:
    body = {"nohp": NOHP, "mediaurl": "https://example.com/a.png"}
    assert read("sendmedia", **body, groupid=absent, pesan=absent, notifyurl=absent, promo=absent or None) == read("sendmedia", **body)


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://example.com/acks", "https://example.com/acks"),
        ("nonsense", "nonsense"),
        (Number("5"), "5"),
        (["a"], '["a"]'),
        (False, "false"),
    ],
)
def test_a_notifyurl_is_taken_whatever_it_is(given_url: object, kept: str) -> None:
    assert read("sendwa", nohp=NOHP, pesan="a", notifyurl=given_url).notify_url == kept


def test_a_promotion_is_marked_and_keys_nobody_knows_are_ignored() -> None:
    assert read("sendwa", nohp=NOHP, pesan="a", promo=True, kunci={"a": [1]}) == Call(
        chat=f"{NOHP}@c.us", reply=Text("a"), notify_url=None, promo=True
    )


NO_TARGET = "'nohp' is missing or null. Send the number as a string."
NO_NUMBER = "is not a possible phone number. Write it with its country code, such as 6281234567890."
NO_TEXT = "'pesan' is missing or null. Send the text as a string."
NOT_NORTH = "Send degrees from -90 to 90, such as 0.5071."
NUMBERS = "Send a list of 1 to 100 numbers."
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendwa", {"pesan": "a"}, NO_TARGET),
    ("sendwa", {"pesan": "a", "nohp": None, "groupid": ""}, NO_TARGET),
    ("sendwa", {"pesan": "a", "nohp": ""}, "'nohp' is empty. Send the number."),
    ("sendwa", {"pesan": "a", "nohp": Number("628123456789")}, "'nohp' is a number. Send the number as a string."),
    ("sendwa", {"pesan": "a", "nohp": "628123xxxxxx"}, f"'nohp': '628123xxxxxx' {NO_NUMBER}"),
    ("sendwa", {"pesan": "a", "nohp": "12"}, f"'nohp': '12' {NO_NUMBER}"),
    ("sendwa", {"pesan": "a", "nohp": "62812345678901234"}, f"'nohp': '62812345678901234' {NO_NUMBER}"),
    (
        "sendwa",
        {"pesan": "a", "nohp": "81234567890"},
        "'nohp': '81234567890' may be a number in ID or one abroad. Write +6281234567890 or +81234567890.",
    ),
    (
        "sendwa",
        {"pesan": "a", "nohp": f"{GROUP}@g.us"},
        f"'nohp': '{GROUP}@g.us' is a group, not a person. Messages to groups name them by their id, in 'groupid'.",
    ),
    (
        "sendwatogroup",
        {"pesan": "a", "groupid": f"{NOHP}@s.whatsapp.net"},
        f"'groupid': '{NOHP}@s.whatsapp.net' is a person, not a group. Send to people by their number, in 'nohp'.",
    ),
    ("sendcontact", {"nohp": NOHP, "contact": {"name": "A", "numbers": [NOHP, "x"]}}, f"'contact.numbers[1]': 'x' {NO_NUMBER}"),
    (
        "sendcontact",
        {"nohp": NOHP, "contact": {"name": "A", "numbers": ["81234567890"]}},
        "'contact.numbers[0]': '81234567890' may be a number in ID or one abroad. Write +6281234567890 or +81234567890.",
    ),
    (
        "sendwa",
        {"pesan": "a", "nohp": NOHP, "groupid": GROUP},
        "Both 'nohp' and 'groupid' are present. Send one of them: a message goes to a person or to a group.",
    ),
    ("sendwatogroup", {"pesan": "a"}, "'groupid' is missing or null. Send the id of the group as a string."),
    (
        "sendwatogroup",
        {"pesan": "a", "groupid": "120363xxxxxxxxxxx"},
        "'groupid': '120363xxxxxxxxxxx' is not a group id. Send one as /api/groups lists them, such as 120363041234567890.",
    ),
    ("sendwatogroup", {"pesan": "a", "groupid": ["1"]}, "'groupid' is a list. Send the id of the group as a string."),
    ("sendwa", {"nohp": NOHP}, NO_TEXT),
    ("sendwa", {"nohp": NOHP, "pesan": None}, NO_TEXT),
    ("sendwa", {"nohp": NOHP, "pesan": " \n"}, "'pesan' is empty. Send the text."),
    ("sendwa", {"nohp": NOHP, "pesan": Number("5")}, "'pesan' is a number. Send the text as a string."),
    ("sendwa", {"nohp": NOHP, "pesan": "a" * 4097}, "'pesan' has 4,097 characters, and 4,096 is the limit. Send less."),
    ("sendwa", {"nohp": "628123xxxxxx"}, f"'nohp': '628123xxxxxx' {NO_NUMBER} {NO_TEXT}"),
    ("sendwa", {"nohp": NOHP, "pesan": "a", "promo": "yes"}, "'promo' is a string. Send true or false."),
    ("sendmedia", {"nohp": NOHP}, "'mediaurl' is missing or null. Send the URL of the file as a string."),
    ("sendmedia", {"nohp": NOHP, "mediaurl": "a" * 4097}, "'mediaurl' has 4,097 characters, and 4,096 is the limit. Send less."),
    ("sendmedia", {"nohp": NOHP, "mediaurl": "https://a.id", "pesan": {}}, "'pesan' is an object. Send the caption as a string."),
    ("sendlocation", {"nohp": NOHP, "latitude": "", "longitude": "1"}, f"'latitude' is empty. {NOT_NORTH}"),
    ("sendlocation", {"nohp": NOHP, "latitude": "utara", "longitude": "1"}, f"'latitude' is 'utara'. {NOT_NORTH}"),
    ("sendlocation", {"nohp": NOHP, "latitude": "90.1", "longitude": "1"}, f"'latitude' is '90.1'. {NOT_NORTH}"),
    ("sendlocation", {"nohp": NOHP, "latitude": Number("-91"), "longitude": "1"}, f"'latitude' is '-91'. {NOT_NORTH}"),
    ("sendlocation", {"nohp": NOHP, "latitude": "1_0", "longitude": "1"}, f"'latitude' is '1_0'. {NOT_NORTH}"),
    ("sendlocation", {"nohp": NOHP, "latitude": "nan", "longitude": "1"}, f"'latitude' is 'nan'. {NOT_NORTH}"),
    ("sendlocation", {"nohp": NOHP, "latitude": True, "longitude": "1"}, f"'latitude' is true or false. {NOT_NORTH}"),
    (
        "sendlocation",
        {"nohp": NOHP, "latitude": "1", "longitude": "180.5"},
        "'longitude' is '180.5'. Send degrees from -180 to 180, such as 101.4478.",
    ),
    (
        "sendlocation",
        {"nohp": NOHP, "contact": CARD},
        f"'latitude' is missing or null. {NOT_NORTH} This holds a contact: send it to /api/sendcontact.",
    ),
    (
        "sendlocationtogroup",
        {"groupid": GROUP, "contact": CARD},
        f"'latitude' is missing or null. {NOT_NORTH} This holds a contact: send it to /api/sendcontacttogroup.",
    ),
    ("sendwa", {"nohp": NOHP, "mediaurl": "https://a.id"}, f"{NO_TEXT} This holds a file: send it to /api/sendmedia."),
    ("sendcontact", {"nohp": NOHP}, "'contact' is missing or null. Send an object with 'name' and 'numbers'."),
    ("sendcontact", {"nohp": NOHP, "contact": "Admin"}, "'contact' is a string. Send an object with 'name' and 'numbers'."),
    ("sendcontact", {"nohp": NOHP, "contact": {**CARD, "name": " "}}, "'contact.name' is empty. Send the name."),
    ("sendcontact", {"nohp": NOHP, "contact": {**CARD, "numbers": "1"}}, f"'contact.numbers' is a string. {NUMBERS}"),
    ("sendcontact", {"nohp": NOHP, "contact": {**CARD, "numbers": []}}, f"'contact.numbers' is a list of 0. {NUMBERS}"),
    ("sendcontact", {"nohp": NOHP, "contact": {**CARD, "numbers": ["1"] * 101}}, f"'contact.numbers' is a list of 101. {NUMBERS}"),
    (
        "sendcontact",
        {"nohp": NOHP, "contact": {**CARD, "numbers": ["1", None]}},
        "'contact.numbers[1]' is missing or null. Send each number as a string.",
    ),
]


@pytest.mark.parametrize(("endpoint", "body", "told"), REFUSED, ids=[told[:40] for _, _, told in REFUSED])
def test_what_is_wrong_is_told_with_its_field_and_the_mend(endpoint: str, body: dict[str, Any], told: str) -> None:
    assert refusal(endpoint, **body) == told


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_on_earth_is_read_back_as_it_was_written(latitude: float, longitude: float) -> None:
    written = [f"{latitude:.6f}", f"{longitude:.6f}"]
    location = read("sendlocation", nohp=NOHP, latitude=written[0], longitude=Number(written[1])).reply
    assert location == Location(float(written[0]), float(written[1]))


NO_HTTP = "The URL does not begin with http:// or https://."
NO_HOST = "The URL has no host that can be called. Write a name, or an address such as 93.184.215.14."
NO_USER = "The URL holds a user name or password before its host. Leave them out."
WAY_OUT = "Give a public one, or allow it in CHATBOT_PRIVATE_HOSTS."
NEVER = {
    "katalog.pdf": NO_HTTP,
    "//example.com/a.pdf": NO_HTTP,
    "ftp://example.com/a.pdf": NO_HTTP,
    "data:text/plain,halo": NO_HTTP,
    "file:///etc/passwd": NO_HTTP,
    "https://": NO_HOST,
    "https:///a.pdf": NO_HOST,
    "http://0x7f.1/a.pdf": NO_HOST,
    "http://2130706433/a.pdf": NO_HOST,
    "https://budi:s3cr3t@example.com/a.pdf": NO_USER,
    "http://127.0.0.1/a.pdf": f"127.0.0.1 is an address of this machine. {WAY_OUT}",
    "http://[::1]/a.pdf": f"::1 is an address of this machine. {WAY_OUT}",
    "http://[::ffff:10.0.0.1]/a.pdf": f"::ffff:a00:1 is a private address. {WAY_OUT}",
    "http://localhost:8000/a.pdf": f"localhost resolves to an address of this machine. {WAY_OUT}",
    "http://toko.LOCALHOST./a.pdf": f"toko.localhost resolves to an address of this machine. {WAY_OUT}",
    "http://169.254.169.254/latest": f"169.254.169.254 is an address of the local network. {WAY_OUT}",
    "http://192.168.1.1:8080/a.pdf": f"192.168.1.1 is a private address. {WAY_OUT}",
    "https://example.com:22/a.pdf": "Port 22 of example.com is not allowed. Use 80, 443 or one from 1024 up.",
    "https://example.com:99999/a.pdf": "The URL has the port 99999, which does not exist.",
    "https://example.com/a\nb.pdf": "The URL holds a character that cannot be printed, such as a line break. Remove it.",
}


@pytest.mark.parametrize("url", NEVER)
def test_a_mediaurl_that_can_never_work_is_refused_with_the_reason(url: str) -> None:
    assert refusal("sendmedia", nohp=NOHP, mediaurl=url) == f"'mediaurl': {NEVER[url]}"
    assert refusal("sendmediatogroup", groupid=GROUP, mediaurl=url) == f"'mediaurl': {NEVER[url]}"


def test_a_wrong_mediaurl_is_told_together_with_all_else_that_is_wrong() -> None:
    assert (
        refusal("sendmedia", nohp=NOHP, mediaurl="a.pdf", promo="ya") == f"'mediaurl': {NO_HTTP} 'promo' is a string. Send true or false."
    )


@pytest.mark.parametrize(
    "url", ["https://no-such-host.invalid/a.pdf", "http://93.184.215.14:8080/a.pdf", "https://toko/a.pdf", "HTTPS://Example.com/a b.pdf"]
)
def test_a_mediaurl_that_may_work_is_taken_and_nothing_is_looked_up(url: str) -> None:
    assert read("sendmedia", nohp=NOHP, mediaurl=url).reply == Document(url)


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=20) | st.builds(Number, st.integers().map(str)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELD = st.sampled_from(["nohp", "groupid", "pesan", "mediaurl", "latitude", "longitude", "contact", "notifyurl", "promo"])


@given(st.sampled_from(sorted(BY_ENDPOINT)), st.dictionaries(FIELD, JSON | st.just(NOHP) | st.just(CARD)))
def test_any_object_is_read_or_refused_in_a_sentence(endpoint: str, body: dict[str, object]) -> None:
    try:
        assert read(endpoint, **body).chat.endswith(".us")
    except BadPayload as error:
        assert error.message.endswith((".", "?"))


@pytest.mark.parametrize("endpoint", GOOD)
@pytest.mark.parametrize("id_", [BSUID, f" {LID}\n"])
def test_every_send_takes_an_id_that_this_line_has_seen(endpoint: str, id_: str) -> None:
    fields, reply = GOOD[endpoint]
    call = read(endpoint, nohp=id_, **fields)
    assert (call.chat, call.reply) == (id_.strip(), reply)


@pytest.mark.parametrize("endpoint", GOOD)
def test_every_send_takes_a_group_of_letters_that_this_line_has_seen(endpoint: str) -> None:
    assert read(endpoint, groupid=ODD_GROUP, **GOOD[endpoint][0]).chat == f"{ODD_GROUP}@g.us"


@pytest.mark.parametrize("id_", ["ID." + "1" * 128, "251501@lid", "P01KB2T3A4XQ5R6S7T8V9W0X1Y"])
def test_an_id_that_nobody_has_is_refused_with_what_to_send(id_: str) -> None:
    shown = id_ if len(id_) <= 60 else f"{id_[:57]}..."
    says = f"'nohp': {shown!r} is an id that nobody on this line has. Name a number, or the id that a message of the person brought."
    assert refusal("sendwa", nohp=id_, pesan="a") == says
