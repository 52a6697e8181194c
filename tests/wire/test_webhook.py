"""Reading webhooks and writing replies."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Reply, Sticker, Text, Video
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire.strict_json import Number
from flask_chatbot.wire.webhook import EXAMPLE, read_object, read_webhook, write_coordinate, write_refusal, write_replies

COORDINATE = re.compile(r"^(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)$")  # the contract's
URL = "https://example.com/file"
PARTS = 'Send the parts as a list of strings, such as "data": ["Jhon Doe", "jhon@example.com"].'
FORM = f"The body is a form. Send JSON. For example: {EXAMPLE}"
URLENCODED, MULTIPART = "application/x-www-form-urlencoded; charset=UTF-8", "multipart/form-data; boundary=x"
PARTED = b'--x\r\nContent-Disposition: form-data; name="keyword"\r\n\r\nhalo \xff\r\n--x--\r\n'


def read(body: str) -> Message:
    return read_webhook(read_object(body.encode()))


def refusal(body: bytes) -> tuple[int, str]:
    """The status and the message a body is refused with."""
    with pytest.raises(BadPayload) as caught:
        read_webhook(read_object(body))
    return caught.value.status, caught.value.message


def items(*replies: Reply) -> object:
    """What stands under "reply" in the answer."""
    answer = json.loads(write_replies(replies))
    reply = answer["message"].pop("reply")
    assert answer == {"success": True, "message": {}}
    return reply


def test_a_keyword_with_parts_becomes_the_text_the_customer_wrote() -> None:
    body = '{"keyword": "penawaran#", "data": ["Jhon Doe", "jhon@example.com"], "webhookkey": "k", "from": "6282386xxxxxx"}'
    assert read(body) == Message(text="penawaran#Jhon Doe#jhon@example.com", sender=Sender(number="6282386xxxxxx"))


def test_a_keyword_without_parts_brings_the_senders_name_and_number() -> None:
    body = '{"keyword": "penawaran", "data": {"nama": "Jhon Doe", "nohp": "1"}, "webhookkey": "k", "from": "6282386xxxxxx"}'
    assert read(body) == Message(text="penawaran", sender=Sender(number="6282386xxxxxx", name="Jhon Doe"))


def test_the_line_is_handed_on() -> None:
    assert read_webhook({"keyword": "halo"}, line="toko") == Message(text="halo", line="toko")


@pytest.mark.parametrize(
    ("keyword", "data", "text"),
    [
        ('"penawaran"', '["a", "b"]', "penawaran#a#b"),
        ('"penawaran# "', '["a"]', "penawaran#a"),
        ('"penawaran#"', "[]", "penawaran#"),
        ('"halo"', "[]", "halo"),
        ('"halo"', "null", "halo"),
        ('"halo"', "{}", "halo"),
        ('"penawaran#"', '["a", "", "c"]', "penawaran#a##c"),
        ('"pesan#"', "[1.10, 6281234567890123456789, true, null, -0]", "pesan#1.10#6281234567890123456789#true##-0"),
        ('"halo"', '""', "halo"),
        ('"penawaran#"', '" "', "penawaran#"),
        ('"halo"', "false", "halo"),
        ('""', "[]", ""),
        ('" Halo  kak "', "[]", " Halo  kak "),
    ],
)
def test_the_text_is_rebuilt(keyword: str, data: str, text: str) -> None:
    message = read(f'{{"keyword": {keyword}, "data": {data}}}')
    assert (message.text, type(message.text)) == (text, str)


def test_data_may_be_absent() -> None:
    assert read('{"keyword": "halo"}') == Message(text="halo")


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("6282386", "6282386"),
        ('"+62 823"', "+62 823"),
        ("null", ""),
        ("false", "false"),
        ('["a", 1]', '["a","1"]'),
        ('{"x": "é"}', '{"x":"é"}'),
    ],
)
def test_from_is_never_refused(sent: str, number: str) -> None:
    assert read(f'{{"keyword": "halo", "from": {sent}}}') == Message(text="halo", sender=Sender(number=number))


@pytest.mark.parametrize("missing", ["", '"from": null,', '"from": "",', '"from": " ",', '"from": [],', '"from": {},'])
def test_nohp_stands_in_where_from_names_nobody(missing: str) -> None:
    assert read(f'{{"keyword": "halo", {missing} "data": {{"nama": null, "nohp": 628}}}}').sender == Sender(number="628")


def test_from_goes_before_nohp_as_it_is_written() -> None:
    body = '{"keyword": "halo", "data": {"nama": "Ani", "nohp": "628111"}, "from": " +62 811 \\u0001x"}'
    assert read(body).sender == Sender(number=" +62 811 \x01x", name="Ani")


def test_keys_of_others_are_ignored() -> None:
    assert read('{"keyword": "halo", "data": {"nama": "A", "x": []}, "group": {"y": 1}}').sender == Sender(name="A")


def test_a_text_of_any_length_is_read() -> None:
    assert read('{"keyword": "' + "a" * 100_000 + '"}') == Message(text="a" * 100_000)


def test_a_byte_order_mark_and_escapes_are_read() -> None:
    body = b'\xef\xbb\xbf {"keyword": "\\ud83d\\ude00 \\u00e9 \\/ \\\\ud83d"}'
    assert read_webhook(read_object(body)) == Message(text="😀 é / \\ud83d")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('"Jhon"', f"'data' is a string. {PARTS} Or send an object with 'nama' and 'nohp'."),
        ("5", f"'data' is a number. {PARTS} Or send an object with 'nama' and 'nohp'."),
        ("0", f"'data' is a number. {PARTS} Or send an object with 'nama' and 'nohp'."),
        ("true", f"'data' is true or false. {PARTS} Or send an object with 'nama' and 'nohp'."),
        ('["a", ["b"]]', f"'data[1]' is a list. {PARTS}"),
        ('[{"a": 1}]', f"'data[0]' is an object. {PARTS}"),
        ('{"0": "Jhon", "1": "jhon@example.com"}', f"'data' is an object with the key '0'. {PARTS} In PHP, array_values() makes a list."),
        ('{"2": null}', f"'data' is an object with the key '2'. {PARTS} In PHP, array_values() makes a list."),
    ],
)
def test_data_of_another_type_is_refused_by_name(data: str, message: str) -> None:
    assert refusal(f'{{"keyword": "halo", "data": {data}}}'.encode()) == (400, message)


@pytest.mark.parametrize(
    ("keyword", "kind"),
    [
        ("", "missing or null"),
        ('"keyword": null', "missing or null"),
        ('"keyword": true', "true or false"),
        ('"keyword": []', "a list"),
        ('"keyword": {}', "an object"),
        ('"keyword": 5', "a number"),
        ('"keyword": 0.5', "a number"),
    ],
)
def test_a_keyword_that_is_no_text_is_refused_by_name(keyword: str, kind: str) -> None:
    message = f'\'keyword\' is {kind}. Send the customer\'s keyword, or the whole text, as a string, such as "keyword": "halo".'
    assert refusal(f"{{{keyword}}}".encode()) == (400, message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is empty. Send a JSON object."),
        (b" \r\n", "The body is empty. Send a JSON object."),
        (b"[]", "The body is a list. Send a JSON object."),
        (b'"halo"', "The body is a string. Send a JSON object."),
        (b"5", "The body is a number. Send a JSON object."),
        (b"null", "The body is missing or null. Send a JSON object."),
        (b"halo", "This is not valid JSON: Expecting value at line 1, column 1."),
        (b'{"keyword":\n "ha\nlo"}', "This is not valid JSON: Invalid control character at line 2, column 5."),
        (b'{"keyword": "halo"} x', "This is not valid JSON: Extra data at line 1, column 21."),
        (b' \n{"keyword": "halo"}\r\n\t{}', "This is not valid JSON: Extra data at line 3, column 2."),
        (b'\xc2\xa0{"keyword": "halo"}', "This is not valid JSON: Expecting value at line 1, column 1."),
        (b'{"keyword": "halo', "This is not valid JSON: Unterminated string starting at line 1, column 13."),
        (b'{"keyword": "\xe9"}', "This is not UTF-8: byte 14 cannot be read. Send JSON encoded as UTF-8."),
        (b'{"keyword": "\xed\xa0\x80"}', "This is not UTF-8: byte 14 cannot be read. Send JSON encoded as UTF-8."),
        (b'{"keyword": NaN}', "NaN is not JSON. Send a number, a string or null."),
        (b'{"keyword": -Infinity}', "-Infinity is not JSON. Send a number, a string or null."),
        (b'{"keyword": 1e999}', "The number '1e999' is too large."),
        (b'{"keyword": -1e999}', "The number '-1e999' is too large."),
        (b'{"from": ' + b"9" * 5000 + b"}", f"The number '{'9' * 39}…' is too large."),
        (b'{"keyword": "a\\u0000b"}', "A string holds the character NUL (\\u0000). Leave it out."),
        (b'{"data": {"a\\u0000": 1}}', "A string holds the character NUL (\\u0000). Leave it out."),
        (b'{"x": ["\\ud83d"]}', "A string holds half of a surrogate pair (\\ud800 to \\udfff). Send whole characters."),
        (b'{"x": "\\uDE00\\uD83D"}', "A string holds half of a surrogate pair (\\ud800 to \\udfff). Send whole characters."),
        (b'{"x": {"a": 1, "b": 2, "a": 1}}', "The key 'a' appears more than once in one object. Send it once."),
        (b'{"\\ud800": 1, "\\ud800": 2}', "The key '\\ud800' appears more than once in one object. Send it once."),
        (b"[" * 1000 + b"]" * 1000, "The JSON is nested deeper than 32 levels."),
        (b'{"x":' * 100_000, "The JSON is nested deeper than 32 levels."),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else "",
)
def test_json_that_is_not_strict_is_refused_with_its_place(body: bytes, message: str) -> None:
    assert refusal(body) == (400, message)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"keyword=halo&data%5B0%5D=a&from=628", URLENCODED),
        (b"keyword=halo", ""),
        (b"keyword=halo", "application/json"),
        (b"data[0]=a&data[1]=b", "text/plain"),
        (b"%7B%22keyword%22%3A%22halo%22%7D=", ""),
        (b"%7B%22keyword%22%3A%22halo%22%7D", URLENCODED),
        (PARTED, MULTIPART),
        (PARTED, ""),
        (b"halo", MULTIPART.upper()),
    ],
)
def test_who_sends_a_form_is_told_so_and_shown_a_body_that_is_taken(body: bytes, content_type: str) -> None:
    with pytest.raises(BadPayload) as caught:
        read_object(body, content_type=content_type)
    assert (caught.value.status, caught.value.message) == (400, FORM)
    assert read_webhook(read_object(EXAMPLE.encode())).text == "halo"


@pytest.mark.parametrize("content_type", [URLENCODED, MULTIPART, "application/json"])
def test_json_that_calls_itself_a_form_is_read_and_refused_as_json(content_type: str) -> None:
    assert read_object(b'{"keyword": "a=b"}', content_type=content_type) == {"keyword": "a=b"}
    for body in (b' {"keyword": "a=b" "x"}', b'["a=b" "x"]'):
        with pytest.raises(BadPayload, match=r"^This is not valid JSON: .* at line 1, column \d+\.$"):
            read_object(body, content_type=content_type)


def test_a_trailing_comma_is_refused_with_its_place() -> None:
    status, message = refusal(b'{\n "keyword": "halo",\n}')
    # What is said of it, and which side of the comma is named, differs with the version of Python.
    assert (status, bool(re.fullmatch(r"This is not valid JSON: .+ at line [23], column \d+\.", message))) == (400, True)


def test_thirty_two_levels_are_read_and_brackets_in_strings_do_not_count() -> None:
    assert read('{"keyword": "[[\\"{{", "x": ' + "[" * 31 + "]" * 31 + ', "y": "' + "[{" * 500 + '"}') == Message(text='[["{{')
    assert refusal(b'{"keyword": "halo", "x": ' + b"[" * 32 + b"]" * 32 + b"}") == (400, "The JSON is nested deeper than 32 levels.")


def test_siblings_do_not_add_up_to_depth() -> None:
    assert read('{"keyword": "halo", "x": [' + ",".join(["[{}]"] * 1000) + "]}") == Message(text="halo")


@given(st.text(alphabet=st.sampled_from('"\\[]{}:,a1 u0dDn'), max_size=200))
def test_no_body_gets_anything_but_a_value_or_a_refusal(text: str) -> None:
    with suppress(BadPayload):
        assert isinstance(read_object(text.encode()), dict)


json_values = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('abc\\"[{', max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abc", max_size=3), json_values), st.booleans())
def test_what_json_says_is_what_is_read(document: dict[str, object], ascii_only: bool) -> None:
    assert read_object(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


def test_numbers_keep_their_spelling_and_are_told_from_strings() -> None:
    document = read_object(b'{"a": 0.10, "b": "0.10"}')
    assert (document, type(document["a"]), type(document["b"])) == ({"a": "0.10", "b": "0.10"}, Number, str)


def test_the_answer_is_the_contracts() -> None:
    replies: list[Reply] = [Text("Webhook Response"), Location(0.52596, 101.426866), Audio(URL), Image(URL), Document(URL)]
    assert items(*replies) == [
        {"type": "message", "content": "Webhook Response"},
        {"type": "location", "content": [{"coordinate": "0.525960-101.426866"}]},
        {"type": "audio", "content": URL},
        {"type": "image", "content": URL},
        {"type": "document", "content": URL},
    ]


@pytest.mark.parametrize(
    ("reply", "written"),
    [
        (Image(URL, "Toko"), [{"type": "image", "content": URL}, {"type": "message", "content": "Toko"}]),
        (Audio(URL, "Lagu"), [{"type": "audio", "content": URL}, {"type": "message", "content": "Lagu"}]),
        (Document(URL, "Isi", "a.pdf"), [{"type": "document", "content": URL}, {"type": "message", "content": "a.pdf\nIsi"}]),
        (Video(URL), [{"type": "message", "content": URL}]),
        (Video(URL, "Film"), [{"type": "message", "content": f"Film\n{URL}"}]),
        (ContactCard("Admin", ("628111", "628222")), [{"type": "message", "content": "Admin\n628111\n628222"}]),
        (
            Location(-6.2, 106.8, "Kantor"),
            [{"type": "location", "content": [{"coordinate": "-6.200000-106.800000"}]}, {"type": "message", "content": "Kantor"}],
        ),
        (Sticker(URL), [{"type": "image", "content": URL}]),
        (Sticker(URL, "Makasih"), [{"type": "image", "content": URL}, {"type": "message", "content": "Makasih"}]),
        (Reaction("\N{THUMBS UP SIGN}"), []),
        (Text("Halo\nKak 😀 é"), [{"type": "message", "content": "Halo\nKak 😀 é"}]),
    ],
)
def test_what_the_wire_has_no_room_for_follows_as_a_text(reply: Reply, written: object) -> None:
    assert items(reply) == written


def test_what_is_too_long_for_one_text_follows_as_several() -> None:
    assert items(Video(URL, "a" * 4096)) == [{"type": "message", "content": "a" * 4096}, {"type": "message", "content": URL}]


def test_silence_is_an_empty_list() -> None:
    assert write_replies([]) == b'{"success":true,"message":{"reply":[]}}'


def test_answers_are_utf_8_and_half_a_surrogate_pair_does_not_break_them() -> None:
    assert write_replies([Text("é \ud83d")]) == '{"success":true,"message":{"reply":[{"type":"message","content":"é ?"}]}}'.encode()
    assert write_refusal("é") == '{"success":false,"message":"é"}'.encode()


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_coordinate_is_read_back_by_the_contracts_pattern(lat: float, lng: float) -> None:
    found = COORDINATE.fullmatch(write_coordinate(Location(lat, lng)))
    assert found is not None
    assert (float(found[1]), float(found[2])) == (round(lat, 6), round(lng, 6))


@pytest.mark.parametrize(
    ("lat", "lng", "written"),
    [
        (-6.2, -70.1, "-6.200000--70.100000"),
        (0, 0, "0.000000-0.000000"),
        (-1e-9, 1e-5, "0.000000-0.000010"),
        (90, -180, "90.000000--180.000000"),
    ],
)
def test_coordinates_are_written_in_plain_decimals(lat: float, lng: float, written: str) -> None:
    assert write_coordinate(Location(lat, lng)) == written
