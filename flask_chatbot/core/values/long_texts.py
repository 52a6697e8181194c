"""Long texts in several messages, and several short texts in one."""

from collections.abc import Iterable, Iterator

from flask_chatbot.core.values.replies import TEXT_LIMIT, Reply, Text

BREAKS = ("\n\n", "\n", " ")  # where a text is split, best first: paragraphs, lines, words


def split_text(text: str, limit: int = TEXT_LIMIT) -> Iterator[str]:
    """Yield a text in pieces of at most `limit` characters: split between paragraphs, else lines, else words, else anywhere.

    >>> list(split_text("Kopi susu\\n\\nTeh manis hangat", 12))
    ['Kopi susu', 'Teh manis', 'hangat']
    """
    while len(text) > limit:
        head = text[: limit + 2]
        end = next((end for end in (head.rfind(mark, 1, limit + len(mark)) for mark in BREAKS) if end > 0), limit)
        if piece := text[:end].rstrip():
            yield piece
        text = text[end:].lstrip("\n ")
    if text:
        yield text


def split_texts(replies: Iterable[Reply]) -> tuple[Reply, ...]:
    """The replies, with each text that is too long for one message as several.

    >>> [len(each.text) for each in split_texts([Text("Halo"), Text("kopi " * 1000)])]
    [4, 4094, 905]
    """
    return tuple(
        [
            each
            for reply in replies
            for each in (map(Text, split_text(reply.text)) if isinstance(reply, Text) and len(reply.text) > TEXT_LIMIT else [reply])
        ]
    )


def stacked(above: str, below: str, between: str = "\n") -> tuple[Text, ...]:
    """Two texts as one message if they fit in it, else as two; an empty one counts for nothing.

    >>> stacked("Silakan pilih.", "1. Harga")
    (Text(text='Silakan pilih.\\n1. Harga'),)
    >>> len(stacked("a" * 4096, "1. Harga"))
    2
    """
    texts = [text for text in (above, below) if text]
    fits = sum(map(len, texts)) + len(between) <= TEXT_LIMIT
    return (Text(between.join(texts)),) if texts and fits else tuple(map(Text, texts))


def as_one_message(replies: Iterable[Reply]) -> tuple[Reply, ...]:
    """The replies, with texts that follow one another as one, a paragraph each, as long as they fit in one message.

    >>> as_one_message([Text("Halo"), Text("Apa kabar?")])
    (Text(text='Halo\\n\\nApa kabar?'),)
    """
    joined: list[Reply] = []
    for reply in replies:
        last = joined[-1] if joined else None
        if isinstance(last, Text) and isinstance(reply, Text) and len(last.text) + len(reply.text) + 2 <= TEXT_LIMIT:
            joined[-1] = Text(f"{last.text}\n\n{reply.text}")
        else:
            joined.append(reply)
    return tuple(joined)
