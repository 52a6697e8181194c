"""Files of sentences, which a rule file names instead of holding them itself."""

from pathlib import Path
from typing import NamedTuple

from flask_chatbot.core.loading.documents import as_document
from flask_chatbot.core.loading.includes import is_absolute
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.translation.translatable import system_reason, tr
from flask_chatbot.core.values.problems import Mark, Problem
from flask_chatbot.core.values.sources import digest
from flask_chatbot.core.yamltext import nodes

KEY = "sentences"


class SentenceFile(NamedTuple):
    """A file of sentences: its path, a digest of what it held, None if it could not be read, and the places of its sentences."""

    path: Path
    digest: bytes | None = None
    entries: tuple[Place, ...] = ()


def read_sentence_file(place: Place, root: Path, file: str) -> SentenceFile | None:
    """The file that is named at a place of the root file; its problems are reported, and it is None if it is no file at all.

    `file` is how problems name it.
    """
    name = str(place.data)
    if is_absolute(place, root, KEY):
        return None
    path = root.parent / name
    if path.resolve() == root.resolve():
        place.report(tr("{name!r} is this file itself. Write the sentences here, or name a file that holds nothing else.", name=name))
        return None
    if path.exists() and not path.is_file():  # a folder, or a device without an end
        place.report(tr("{name!r} is no file. Name a file of sentences, or write them here.", name=name))
        return None
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        place.report(
            tr(
                "there is no file {name!r} beside {file}. Correct its name, or write the sentences here, as a map of names and texts.",
                name=name,
                file=root.name,
            )
        )
        return SentenceFile(path)
    except (OSError, ValueError) as error:
        place.report(tr("the file {name!r} cannot be read: {reason}.", name=name, reason=system_reason(error)))
        return SentenceFile(path)
    return SentenceFile(path, digest(source), read_entries(source, file, place.problems))


def read_entries(source: bytes, file: str, problems: list[Problem]) -> tuple[Place, ...]:
    """The places of the sentences in a file, which may stand under the key `sentences`, as they are printed."""
    node, found = nodes.read_yaml(source, file)
    if node is None:
        problems += found
        return ()
    if isinstance(node, nodes.Mapping) and KEY in node.entries:
        found += strangers(node, file)
        node = node.entries[KEY]
    if not isinstance(node, nodes.Mapping):
        message = tr("a file of sentences holds their names, each with its text. Write lines such as missing: Mohon diisi ya.")
        problems += [*found, Problem(Mark(file, node.line, node.column), message)]
        return ()
    whole = nodes.Mapping(
        entries={KEY: node},
        keys={KEY: nodes.Scalar(KEY, "", node.line, node.column)},
        flow=False,
        line=node.line,
        column=node.column,
        size=node.size + 2,
    )
    document, found, _ = as_document(whole, found, source, file, is_root=False)
    problems += found
    if document is None:
        return ()
    sentences = Place(document, (), document.data, problems).at(KEY)
    return tuple(sentences.at(key) for key in sentences.data or ())


def strangers(node: nodes.Mapping, file: str) -> list[Problem]:
    """Problems for the keys that stand beside the sentences."""
    return [
        Problem(Mark(file, at.line, at.column), tr("a file of sentences holds nothing else. Move {key!r} to the rule file.", key=key))
        for key, at in node.keys.items()
        if key != KEY
    ]
