"""The templates of the console are compiled for each language."""

import pytest

from flask_chatbot.console.templating import pages


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("id", "<h1>Pesanan</h1> sampai &lt;besok&gt;"),
        ("en", "<h1>Orders</h1> until &lt;besok&gt;"),
        ("fr", "<h1>Orders</h1> until &lt;besok&gt;"),
    ],
)
def test_sentences_are_in_the_language_of_the_page_and_their_values_are_escaped(language: str, written: str) -> None:
    template = pages(language).from_string("""<h1>{{ _("Orders") }}</h1> {{ _('until {at}', at=when) }}""")
    assert template.render(when="<besok>") == written


def test_a_sentence_may_stand_wherever_an_expression_may() -> None:
    template = pages("id").from_string("""{% set heads = [_("Orders"), _("Inbox")] %}{% for each in heads %}{{ each }}.{% endfor %}""")
    assert template.render() == "Pesanan.Kotak masuk."


def test_a_single_one_is_named_by_the_first_of_two_forms() -> None:
    template = pages("en").from_string("""{{ _("once", "{number} times", number=count) }}, {{ _("{number} of it", number=count) }}""")
    assert [template.render(count=count) for count in (0, 1, 2)] == ["0 times, 0 of it", "once, 1 of it", "2 times, 2 of it"]


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_template_can_be_compiled(language: str) -> None:
    environment = pages(language)
    assert [name for name in environment.list_templates() if not environment.get_template(name)] == []
