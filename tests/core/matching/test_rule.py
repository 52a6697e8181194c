"""The plan of a rule: what a message has to go through before it is answered by it."""

from datetime import timedelta
from typing import Any

import pytest

from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.matching.rule import MenuEntry, Rule
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.problems import NOWHERE

NAMA = Field(name="nama", type="text", kind=FIELD_TYPES["text"])


def rule(**parts: Any) -> Rule:
    return Rule(name="harga", is_named=True, mark=NOWHERE, position=0, **parts)


def test_a_rule_with_nothing_but_a_reply_only_replies() -> None:
    plan = rule().plan
    assert (plan.only_replies, plan.reads, plan.has_steps, plan.acts) == (True, False, False, False)


def test_rules_that_need_the_same_share_one_plan() -> None:
    assert rule(fields=(NAMA,)).plan is rule(fields=(NAMA,), priority=3).plan


@pytest.mark.parametrize(
    "more",
    [
        {"needs": ("stok",)},
        {"menu": (MenuEntry("Harga", "harga", NOWHERE),)},
        {"once_per": timedelta(hours=1)},
        {"uses": ("suggestion",)},
        {"actions": (Save("pesanan"),)},
    ],
)
def test_a_rule_that_does_more_than_reply_does_not_only_reply(more: dict[str, Any]) -> None:
    assert not rule(**more).plan.only_replies


@pytest.mark.parametrize("more", [{"fields": (NAMA,)}, {"groups": ("nomor",)}])
def test_a_rule_with_fields_or_groups_reads_values(more: dict[str, Any]) -> None:
    assert rule(**more).plan.reads


def test_a_rule_that_asks_has_steps() -> None:
    assert rule(fields=(NAMA,), asks=True).plan.has_steps
