"""What `flask chatbot check` warns of, and what it leaves alone."""

from pathlib import Path

import pytest

from flask_chatbot.core.checks.lint import lint
from flask_chatbot.core.loading.loader import load_rules
from tests.core.books import load

SETTINGS = 'settings: {hours: {mon: "08.00-17.00"}}\n'


def warnings(folder: Path, rules: str, settings: str = SETTINGS, handled: tuple[str, ...] | None = ()) -> list[str]:
    """The warnings of rules that begin at line 2, one a line; they stand for an app whose Python answers for the rules `handled`."""
    book = load(folder, f"rules:\n{rules.strip()}\n{settings}")
    return [str(problem).removeprefix(f"{folder}/rules.yaml:").replace(f"{folder}/", "") for problem in lint(book, handled)]


def of_rule(folder: Path, lines: str, settings: str = SETTINGS, handled: tuple[str, ...] | None = ()) -> list[str]:
    """The warnings of a single rule called r, without its place."""
    found = warnings(folder, f"- {{name: r, {lines}}}", settings, handled)
    assert all(each.startswith("2:3: warning: ") for each in found)
    return [each.removeprefix("2:3: warning: ") for each in found]


# -- literals with two owners ------------------------------------------------------------------------


CLAIMED = (
    "rule 'a' at rules.yaml:2:3 also claims the {}, at the same priority, and comes first."
    " Set a `priority:`, or conditions that exclude each other."
)


@pytest.mark.parametrize(
    ("literal", "named"),
    [
        ("keyword: Halo!", "keyword 'halo'"),
        ("keyword: 'pesan#'", "keyword 'pesan#'"),
        ("pattern: 'tm[0-9]+'", "pattern 'tm[0-9]+'"),
        ("contains: daftar harg*", "phrase 'daftar harg*'"),
        ("similar: berapa harganya", "similar text 'berapa harganya'"),
    ],
)
def test_a_literal_of_two_rules_at_one_priority_is_told_with_both_places(tmp_path: Path, literal: str, named: str) -> None:
    rules = f"- {{name: a, {literal}, reply: x, when: {{open: true}}}}\n- {{name: b, {literal}, reply: x}}"
    assert warnings(tmp_path, rules) == [f"3:3: warning: {CLAIMED.format(named)}"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("when: {open: true}", "when: {open: false}"),
        ("when: {chat: group}", "when: {chat: private}"),
        ("priority: 1, when: {open: true}", "priority: 0"),
        ("priority: 0", "priority: 1, when: {open: true}"),
    ],
)
def test_conditions_that_exclude_each_other_and_priorities_make_a_shared_literal_right(tmp_path: Path, first: str, second: str) -> None:
    rules = f"- {{name: a, keyword: halo, reply: x, {first}}}\n- {{name: b, keyword: halo, reply: x, {second}}}"
    assert warnings(tmp_path, rules, f"{SETTINGS.replace('settings: {', 'settings: {groups: all, ')}") == []


def test_of_several_owners_the_first_is_named(tmp_path: Path) -> None:
    rules = "\n".join(f"- {{name: {name}, keyword: [{name}, halo], reply: x}}" for name in "abc")
    told = CLAIMED.format("keyword 'halo'")
    assert warnings(tmp_path, rules) == [f"3:3: warning: {told}", f"4:3: warning: {told}"]


def test_a_rule_may_have_a_literal_in_two_ways_and_share_a_bare_keyword_with_a_form(tmp_path: Path) -> None:
    rules = "- {name: a, keyword: berapa harganya, similar: berapa harganya, contains: harga*, reply: x}\n"
    assert warnings(tmp_path, f"{rules}- {{name: b, keyword: pesan, reply: x}}\n- {{name: c, keyword: 'pesan#', reply: x}}") == []


# -- rules that are never reached --------------------------------------------------------------------


GOES = "rule 'b' can never be reached: its {} goes to rule 'a' at rules.yaml:2:3{}. Change or remove it."


@pytest.mark.parametrize(
    ("first", "second", "named", "why"),
    [
        ("keyword: halo", "keyword: halo", "keyword 'halo'", ", which stands first"),
        ("keyword: halo, priority: 1", "keyword: halo", "keyword 'halo'", ", whose priority is higher"),
        ("contains: kaos, priority: 1", "keyword: harga kaos", "keyword 'harga kaos'", " by the phrase 'kaos', whose priority is higher"),
        ("similar: hargaa, priority: 1", "keyword: harga", "keyword 'harga'", " by the similar text 'hargaa', whose priority is higher"),
        ("keyword: 'a#', priority: 1", "keyword: 'a#b#'", "keyword 'a#b#'", " by the keyword 'a#', whose priority is higher"),
        ("contains: pesan, priority: 1", "keyword: 'pesan#'", "keyword 'pesan#'", " by the phrase 'pesan', whose priority is higher"),
        ("contains: 'harga*'", "contains: harga", "phrase 'harga'", " by the phrase 'harga*', which stands first"),
        ("contains: 'harg*', priority: 1", "contains: 'harga*'", "phrase 'harga*'", " by the phrase 'harg*', whose priority is higher"),
        ("pattern: 'tm1', priority: 1", "pattern: 'tm1'", "pattern 'tm1'", ", whose priority is higher"),
        ("similar: harga, priority: 1", "similar: harga", "similar text 'harga'", ", whose priority is higher"),
        ("fallback: true", "fallback: true", "place as fallback", ", which stands first"),
        ("fallback: true, priority: 1", "fallback: true", "place as fallback", ", whose priority is higher"),
    ],
)
def test_a_rule_whose_every_literal_goes_to_another_is_never_reached(tmp_path: Path, first: str, second: str, named: str, why: str) -> None:
    rules = f"- {{name: a, {first}, reply: x}}\n- {{name: b, {second}, reply: x}}"
    assert warnings(tmp_path, rules) == [f"3:3: warning: {GOES.format(named, why)}"]


def test_each_loss_of_a_rule_that_is_never_reached_is_told_and_many_are_counted(tmp_path: Path) -> None:
    rules = "- {name: a, keyword: [k1, k2, k3, k4, k5], reply: x}\n- {name: b, keyword: [k1, k2, k3, k4, k5], reply: x}"
    lost = "; ".join(f"its keyword 'k{number}' goes to rule 'a' at rules.yaml:2:3, which stands first" for number in (1, 2, 3))
    message = f"rule 'b' can never be reached: {lost}; and so do 2 more. Change or remove it."
    assert warnings(tmp_path, rules) == [f"3:3: warning: {message}"]


@pytest.mark.parametrize(
    "rest",
    ["keyword: halo, when: {open: true}, reply: x", "keyword: halo, needs: [stok], reply: '{{ stok }}'", "keyword: halo, name: handled"],
)
def test_a_rule_that_may_leave_a_message_to_the_next_hides_none(tmp_path: Path, rest: str) -> None:
    rules = f"- {{priority: 1, {rest}}}\n- {{name: b, keyword: halo, reply: x}}"
    assert warnings(tmp_path, rules, handled=("handled", "halo")) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("when: {open: true}, otherwise: Tutup.", ""),
        ("when: {open: true, days: [mon]}, otherwise: Tutup.", "when: {open: false}"),
        ("when: {open: true}", "when: {open: true}"),
    ],
)
def test_a_rule_that_always_answers_before_another_hides_it_whatever_its_conditions(tmp_path: Path, first: str, second: str) -> None:
    rules = f"- {{name: a, keyword: halo, priority: 1, reply: x, {first}}}\n- {{name: b, keyword: halo, reply: x, {second}}}"
    told = GOES.format("keyword 'halo'", ", whose priority is higher")
    assert warnings(tmp_path, rules) == [f"3:3: warning: {told}"]


def test_an_otherwise_that_needs_more_than_the_clock_hides_nothing(tmp_path: Path) -> None:
    rules = "- {name: a, keyword: halo, priority: 1, reply: x, when: {open: true, line: toko}, otherwise: Tutup.}\n"
    assert warnings(tmp_path, f"{rules}- {{name: b, keyword: halo, reply: x}}") == []


def test_a_rule_that_a_menu_leads_to_is_reached_and_its_lost_keyword_told(tmp_path: Path) -> None:
    rules = "- {name: a, keyword: halo, priority: 1, menu: [Harga: b]}\n- {name: b, keyword: halo, reply: x}"
    told = "the keyword 'halo' goes to rule 'a' at rules.yaml:2:3, whose priority is higher. Change one of them, or a priority."
    assert warnings(tmp_path, rules) == [f"3:3: warning: {told}"]


def test_fallbacks_with_conditions_may_follow_each_other(tmp_path: Path) -> None:
    assert warnings(tmp_path, "- {fallback: true, when: {open: true}, reply: x}\n- {fallback: true, reply: x}") == []


# -- phrases that swallow -----------------------------------------------------------------------------


def test_a_phrase_that_takes_one_of_several_keywords_is_told(tmp_path: Path) -> None:
    rules = "- {name: promo, contains: kaos, priority: 5, reply: x}\n- {name: b, keyword: [harga kaos, harga topi], reply: x}"
    message = "the keyword 'harga kaos' goes to rule 'promo' at rules.yaml:2:3 by the phrase 'kaos', whose priority is higher."
    assert warnings(tmp_path, rules) == [f"3:3: warning: {message} Change one of them, or a priority."]


def test_a_phrase_that_takes_a_similar_text_is_told(tmp_path: Path) -> None:
    rules = "- {name: a, similar: berapa harganya, reply: x}\n- {name: b, contains: harga*, reply: x}"
    message = "the similar text 'berapa harganya' goes to rule 'b' at rules.yaml:3:3 by the phrase 'harga*',"
    why = "and a phrase goes before a similar text. Change one of them, or a priority."
    assert warnings(tmp_path, rules) == [f"2:3: warning: {message} {why}"]


def test_a_phrase_that_does_not_win_is_fine(tmp_path: Path) -> None:
    rules = ["contains: harga*", "contains: daftar harga", "keyword: harga kaos", "keyword: 'harga#'", "contains: 'ka*'", "contains: kaos"]
    assert warnings(tmp_path, "\n".join(f"- {{name: r{number}, {kind}, reply: x}}" for number, kind in enumerate(rules))) == []


def test_a_phrase_with_a_star_is_not_taken_by_the_word_alone(tmp_path: Path) -> None:
    assert warnings(tmp_path, "- {name: a, contains: harga, priority: 1, reply: x}\n- {name: b, contains: harga*, reply: x}") == []


def test_of_patterns_only_those_written_alike_are_compared(tmp_path: Path) -> None:
    assert warnings(tmp_path, "- {name: a, pattern: tm, priority: 1, reply: x}\n- {name: b, keyword: tm1, reply: x}") == []


# -- texts a typing error apart ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "last", "other"),
    [
        ("keyword: harga", "similar: hargo", "similar text 'hargo'", "keyword 'harga'"),
        ("similar: hargo", "keyword: harga", "keyword 'harga'", "similar text 'hargo'"),
        ("keyword: 'pesan#'", "similar: pesen", "similar text 'pesen'", "keyword 'pesan#'"),
        ("similar: daftar harga", "similar: daftra harga", "similar text 'daftra harga'", "similar text 'daftar harga'"),
        ("keyword: harga", "similar: harga", "similar text 'harga'", "keyword 'harga'"),
    ],
)
def test_a_similar_text_near_that_of_another_rule_is_told_once(tmp_path: Path, first: str, second: str, last: str, other: str) -> None:
    rules = f"- {{name: a, {first}, reply: x}}\n- {{name: b, {second}, reply: x}}"
    message = f"the {last} is no more than a typing error away from the {other} of rule 'a' at rules.yaml:2:3."
    assert warnings(tmp_path, rules) == [f"3:3: warning: {message} Choose words that differ more."]


@pytest.mark.parametrize("second", ["similar: hargooo", "similar: hrga kak", "similar: hargo, when: {open: false}"])
def test_similar_texts_that_cannot_be_mistaken_are_fine(tmp_path: Path, second: str) -> None:
    rules = f"- {{name: a, keyword: harga, when: {{open: true}}, reply: x}}\n- {{name: b, {second}, reply: x}}"
    assert warnings(tmp_path, rules, SETTINGS.replace("[kak]", "[]")) == []


@pytest.mark.parametrize(
    ("first", "second", "last", "other"),
    [
        ("keyword: kafe", "keyword: kaf\u00e9", "keyword 'kaf\u00e9'", "keyword 'kafe'"),
        ("keyword: kaf\u00e9", "keyword: kafe", "keyword 'kafe'", "keyword 'kaf\u00e9'"),
        ("keyword: kaf\u00e9", "keyword: kaf\u00e8", "keyword 'kaf\u00e8'", "keyword 'kaf\u00e9'"),
        ("keyword: harga", "keyword: hrg", "keyword 'hrg'", "keyword 'harga'"),
        ("keyword: hrg kopi", "keyword: price kopi", "keyword 'price kopi'", "keyword 'hrg kopi'"),
        ("keyword: 'hrg#'", "keyword: 'harga#'", "keyword 'harga#'", "keyword 'hrg#'"),
        ("keyword: ok", 'keyword: "ok \U0001f44d"', "keyword 'ok \U0001f44d'", "keyword 'ok'"),
        ("contains: kaf\u00e9", "contains: kafe", "phrase 'kafe'", "phrase 'kaf\u00e9'"),
        ("keyword: kafe", "keyword: {exact: kaf\u00e9}", "keyword 'kaf\u00e9'", "keyword 'kafe'"),
    ],
)
def test_literals_that_a_later_step_makes_one_are_told_with_both_places(
    tmp_path: Path, first: str, second: str, last: str, other: str
) -> None:
    rules = f"- {{name: a, {first}, fields: [{{x: {{min: 2}}}}], reply: x}}\n- {{name: b, {second}, fields: [{{x: {{min: 2}}}}], reply: x}}"
    rules = rules if "#" in first else rules.replace("fields: [{x: {min: 2}}], ", "")
    fact = f"the {last} is one with the {other} of rule 'a' at rules.yaml:2:3 where accents, emoji or synonyms make them alike."
    told = warnings(tmp_path, rules, "synonyms: {harga: [hrg, price]}\n" + SETTINGS)
    assert [each for each in told if "alike" in each] == [f"3:3: warning: {fact} Keep one of them, or join the rules."]


@pytest.mark.parametrize(
    "second",
    ["keyword: hrg, when: {open: false}", "keyword: {exact: hrg}", "keyword: 'hrg#'", "keyword: harga grosir", "contains: hrg"],
)
def test_literals_that_no_step_makes_one_are_fine(tmp_path: Path, second: str) -> None:
    rules = f"- {{name: a, keyword: harga, when: {{open: true}}, reply: x}}\n- {{name: b, {second}, reply: x}}"
    told = warnings(tmp_path, rules, "synonyms: {harga: [hrg, price]}\n" + SETTINGS)
    assert [each for each in told if "alike" in each] == []


# -- single rules ---------------------------------------------------------------------------------------


def test_conditions_that_exclude_themselves_are_told(tmp_path: Path) -> None:
    rule = 'keyword: a, reply: x, when: {from: ["0812345678"], not_from: ["62812*"]}'
    assert of_rule(tmp_path, rule) == ["the conditions of rule 'r' never hold at once. Change its `when:`."]


@pytest.mark.parametrize(
    ("wanted", "hours", "always"),
    [("true", "mon: closed, 2026-12-25: tutup", "the shop never opens"), ("false", "mon-sun: 00.00-24.00", "the shop never closes")],
)
def test_hours_that_never_change_are_told_where_a_rule_waits_for_them(tmp_path: Path, wanted: str, hours: str, always: str) -> None:
    rule = f"keyword: a, reply: x, when: {{open: {wanted}}}"
    message = f"rule 'r' waits for `open: {wanted}`, but by the `hours:` of the settings {always}. Change one of them."
    assert of_rule(tmp_path, rule, f"settings: {{hours: {{{hours}}}}}") == [message]
    assert of_rule(tmp_path, rule) == []


def test_a_rule_for_groups_is_told_where_the_bot_is_silent_in_groups(tmp_path: Path) -> None:
    message = "rule 'r' is for group chats, and there the bot never answers. Set `groups: keywords` or `groups: all`."
    assert of_rule(tmp_path, "keyword: a, reply: x, when: {chat: group}") == [message]
    assert of_rule(tmp_path, "keyword: a, reply: x, when: {chat: group}", "settings: {groups: keywords}") == []


def test_a_rule_for_groups_without_a_keyword_is_told_where_groups_get_keywords_only(tmp_path: Path) -> None:
    message = "rule 'r' is for group chats, and there only keywords are answered. Give it one, or set `groups: all`."
    assert of_rule(tmp_path, "contains: a, reply: x, when: {chat: group}", "settings: {groups: keywords}") == [message]
    assert of_rule(tmp_path, "contains: a, reply: x, when: {chat: group}", "settings: {groups: all}") == []


@pytest.mark.parametrize("pattern", ["a*", "(resi)?", "^"])
def test_a_pattern_that_matches_nothing_at_all_is_told(tmp_path: Path, pattern: str) -> None:
    message = f"the pattern {pattern!r} matches the empty string, so it may find any text. Write something that it must find."
    assert of_rule(tmp_path, f"pattern: '{pattern}', reply: x") == [message]
    assert of_rule(tmp_path, "pattern: 'a+', reply: x") == []


SILENT = "rule 'r' says nothing{}. Give it a `reply:`; if silence is intended, write `reply: []`."


def test_a_rule_with_nothing_to_say_is_told(tmp_path: Path) -> None:
    assert of_rule(tmp_path, "keyword: a") == [SILENT.format("")]
    assert of_rule(tmp_path, "keyword: 'a#', fields: [b]", handled=None) == [SILENT.format(", unless Python does")]


@pytest.mark.parametrize(
    "rest", ["reply: []", "menu: [Lagi: r]", "ask: [b: {question: B?}], save: c", "pause: 1 hour", "needs: [stok]", "save: c"]
)
def test_a_rule_that_does_something_or_is_silent_on_purpose_is_fine(tmp_path: Path, rest: str) -> None:
    assert of_rule(tmp_path, f"keyword: a, {rest}") == []


def test_a_rule_whose_handler_answers_has_something_to_say(tmp_path: Path) -> None:
    assert of_rule(tmp_path, "keyword: 'a#', fields: [b]", handled=("r",)) == []


UNUSED = "nothing uses {}. Write {} into a reply, save {}, or do not ask for {}."


def test_a_field_that_nothing_uses_is_told(tmp_path: Path) -> None:
    one = UNUSED.format("the field 'b' of rule 'r'{}", *["it"] * 3)
    assert of_rule(tmp_path, "keyword: 'a#', fields: [b, c], reply: '{{ c }} and b'") == [one.format("")]
    assert of_rule(tmp_path, "keyword: 'a#', fields: [b], reply: x", handled=None) == [one.format(", unless Python does")]
    two = UNUSED.format("the fields 'b', 'c' of rule 'r'", *["them"] * 3)
    assert of_rule(tmp_path, "keyword: a, ask: [b: {question: B?}, c: {question: C?}]") == [two]


@pytest.mark.parametrize(
    "rest",
    [
        "reply: '{{ b | upper }}'",
        "reply: '{% if b %}x{% endif %}'",
        "reply: {one_of: [x, {image: {url: 'https://a.id', caption: '{{ b }}'}}]}",
        "reply: {contact: {name: x, numbers: ['{{ b }}']}}",
        "reply: {location: {lat: 1, lng: 1, name: '{{ b }}'}}",
        "reply: x, on_invalid: reply, invalid: '{{ b }}'",
        "reply: x, on_invalid: ask, confirm: '{{ b }}?'",
        "reply: '{{ data | first }}'",
        "reply: '{{ text }}'",
        "reply: x, save: c",
        "reply: x, notify: '628123456789'",
        "reply: x, forward: {url: 'https://a.id'}",
    ],
)
def test_a_field_that_something_uses_is_fine(tmp_path: Path, rest: str) -> None:
    assert of_rule(tmp_path, f"keyword: 'a#', fields: [b], {rest}") == []


def test_a_handler_uses_the_fields_of_its_rule(tmp_path: Path) -> None:
    assert of_rule(tmp_path, "keyword: 'a#', fields: [b], reply: x", handled=("r",)) == []


LOST = "nothing leads to rule 'r'{}. Give it a keyword, or an entry in a menu."


def test_a_rule_nothing_leads_to_is_told(tmp_path: Path) -> None:
    assert of_rule(tmp_path, "reply: x") == [LOST.format("")]
    assert of_rule(tmp_path, "reply: x", handled=None) == [LOST.format(", unless Python does")]


def test_a_rule_that_a_menu_or_a_handler_may_lead_to_is_fine(tmp_path: Path) -> None:
    assert warnings(tmp_path, "- {name: a, keyword: a, menu: [B: b]}\n- {name: b, reply: x}") == []
    assert of_rule(tmp_path, "reply: x", handled=("another",)) == []


def test_a_rule_that_needs_something_may_be_one_that_python_sends(tmp_path: Path) -> None:
    assert of_rule(tmp_path, "reply: '{{ resi }}', needs: [resi]") == []


def test_warnings_stand_in_the_order_of_their_places_and_name_the_files(tmp_path: Path) -> None:
    files = {"b.yaml": "rules: [{name: b, keyword: halo, reply: x}]", "a.yaml": "rules: [{name: a, keyword: halo, reply: x}, {keyword: k}]"}
    book = load(tmp_path, "include: ['?.yaml']\nrules: [{name: root, keyword: r}]", files)
    never = GOES.format("keyword 'halo'", ", which stands first").replace("rules.yaml:2:3", "a.yaml:1:9")
    assert [str(problem).replace(f"{tmp_path}/", "") for problem in lint(book, ())] == [
        "a.yaml:1:45: warning: rule 'k' says nothing. Give it a `reply:`; if silence is intended, write `reply: []`.",
        f"b.yaml:1:9: warning: {never}",
        "rules.yaml:2:9: warning: rule 'root' says nothing. Give it a `reply:`; if silence is intended, write `reply: []`.",
    ]


# -- reactions ---------------------------------------------------------------------------------------


def test_a_reaction_that_is_no_emoji_is_an_error_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n  - {keyword: a, reply: [{reaction: oke}, {reaction: '{{ nama }}'}]}\n")
    book = load_rules(tmp_path / "rules.yaml")
    assert [str(each).removeprefix(f"{tmp_path}/rules.yaml:") for each in lint(book)] == [
        "3:37: a reaction is one emoji, such as \N{THUMBS UP SIGN}, not 'oke'."
    ]


# -- contacts ----------------------------------------------------------------------------------------


def test_a_number_of_a_contact_that_nobody_can_call_is_an_error_at_its_place_and_stops_no_bot(tmp_path: Path) -> None:
    numbers = "['0812-3456-7890', x, '{{ nohp }}', '81234567890']"
    text = f"version: 1\nrules:\n  - {{keyword: a, reply: [{{one_of: [{{contact: {{name: A, numbers: {numbers}}}}}]}}]}}\n"
    (tmp_path / "rules.yaml").write_text(text)
    book = load_rules(tmp_path / "rules.yaml")
    assert [str(each).removeprefix(f"{tmp_path}/rules.yaml:") for each in lint(book)] == [
        "3:84: 'x' is not a possible phone number. Write it with its country code, such as 6281234567890.",
        "3:101: '81234567890' may be a number in ID or one abroad. Write +6281234567890 or +81234567890.",
    ]
