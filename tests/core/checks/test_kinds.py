"""Warnings of messages that are no text, and that two rules are for."""

from pathlib import Path

import pytest

from tests.core.checks.test_lint import CLAIMED, warnings


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("sends: image", "sends: image", "rule 'b' can never be reached: its message kind 'image' goes to rule 'a' at rules.yaml:2:3."),
        (
            "sends: image, keyword: harga",
            "sends: image, keyword: harga",
            "rule 'b' can never be reached: its message kind 'image' with 'harga' goes to rule 'a' at rules.yaml:2:3.",
        ),
        (
            "sends: media, priority: 1",
            "sends: image",
            "rule 'b' can never be reached: its message kind 'image' goes to rule 'a' at rules.yaml:2:3.",
        ),
        ("sends: image", "sends: [image, location]", CLAIMED.format("message kind 'image'")),
        ("sends: image, when: {open: true}", "sends: image, when: {days: [mon]}", CLAIMED.format("message kind 'image'")),
    ],
)
def test_a_kind_with_two_owners_is_warned_of(tmp_path: Path, first: str, second: str, said: str) -> None:
    (found,) = warnings(tmp_path, f"- {{name: a, {first}, reply: x}}\n- {{name: b, {second}, reply: y}}")
    assert found.removeprefix("3:3: warning: ").startswith(said)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("sends: image", "sends: media"),
        ("sends: image, keyword: harga", "sends: image"),
        ("sends: image, keyword: harga", "sends: video, keyword: harga"),
        ("sends: image, keyword: harga", "keyword: harga"),
        ("sends: image, when: {open: true}", "sends: image, when: {open: false}"),
        ("sends: image, contains: harga", "sends: image, contains: stok"),
    ],
)
def test_kinds_that_stand_apart_are_not_warned_of(tmp_path: Path, first: str, second: str) -> None:
    assert warnings(tmp_path, f"- {{name: a, {first}, reply: x}}\n- {{name: b, {second}, reply: y}}") == []


def test_a_field_that_nothing_uses_is_warned_of_though_it_is_sent(tmp_path: Path) -> None:
    rules = "- {name: a, sends: image, fields: [{bukti: {type: image}}], reply: Terima kasih.}"
    assert warnings(tmp_path, rules) == [
        "2:3: warning: nothing uses the field 'bukti' of rule 'a'. Write it into a reply, save it, or do not ask for it."
    ]
