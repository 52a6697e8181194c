"""`sentences`: prints what the bot says by itself, ready to be said otherwise."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from flask_chatbot.cli.app import default_file, find_host
from flask_chatbot.cli.talk import find_talk
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.language.placeholders import MAY_BE_EMPTY, allowed, needed
from flask_chatbot.core.language.sentences import SENTENCES, Language, built_in, language_of
from flask_chatbot.core.language.words import LANGUAGES


@click.command()
@click.argument("path", metavar="[RULES]", required=False, type=click.Path(path_type=Path))
@click.option("--language", type=click.Choice(LANGUAGES), help="The language of the package to begin with, in place of that of the rules.")
@click.pass_context
def sentences(context: click.Context, path: Path | None, language: str | None) -> None:
    """Print the sentences that the bot says by itself, as YAML: change some, and paste them into the rules.

    Those of RULES are in their place; without RULES, of the app's rules or rules.yaml in this folder, else the language's own. Behind each
    stand the placeholders that it needs, those that it may have, and whether it may be empty.

    \b
    flask chatbot sentences
    flask chatbot sentences --language en > kalimat.yaml

    Exit codes: 0 printed, 1 the rules cannot be used, 2 a wrong option.
    """
    has_rules = path is not None or (language is None and (default_file().exists() or find_host(context).app is not None))
    spoken = find_talk(context, path, run=False).book.locale.language if has_rules else None
    for line in lines_of(spoken or language_of(language or "id"), language):
        echo(line)


def lines_of(spoken: Language, language: str | None) -> Iterator[str]:
    """The lines of a `sentences` block: of a language as a bot speaks it, said in another of the package where that is named."""
    texts: Mapping[str, str] = spoken.sentences
    if language is not None:
        for addresses in (True, False):
            old, new = (built_in(name, addresses) for name in (spoken.like, language))
            texts = {key: new[key] if text == old[key] else text for key, text in texts.items()}
    yield f"# language: {language or spoken}"
    yield "sentences:"
    for key in SENTENCES["en"]:
        written, said = json.dumps(texts[key], ensure_ascii=False), placeholders_of(key)
        yield f"  {key}: {written}{said and f'  # {said}'}"


def placeholders_of(key: str) -> str:
    """The placeholders of a sentence, and whether it may be empty.

    >>> placeholders_of("not_choice"), placeholders_of("brackets"), placeholders_of("yes")
    ('needs {options}, may have {value} {sapaan}', 'may have {sapaan}, may be empty', '')
    """
    must = [f"{{{name}}}" for name in needed(key)]
    may = [f"{{{name}}}" for name in allowed(key) if name not in needed(key)]
    parts = [must and f"needs {' '.join(must)}", may and f"may have {' '.join(may)}", key in MAY_BE_EMPTY and "may be empty"]
    return ", ".join(str(part) for part in parts if part)
