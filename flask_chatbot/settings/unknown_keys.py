"""Keys that look like ours and are not: most are misspelt."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import suggestion
from flask_chatbot.settings.lookup import APP_CONFIG, ENVIRONMENT, FILE

_START = "CHATBOT_"
# Kubernetes and Docker set the first in every container beside a service called "chatbot"; the last are for test suites.
_FOREIGN = re.compile(r"CHATBOT_(?:(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT\w*|PORT|PORT_\d+_(?:TCP|UDP)\w*|NAME)|TEST_\w*)")


def unknown_keys(config: Mapping[str, object], environ: Mapping[str, str], known: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each key that looks like ours and is not known; in the environment, only for a likely misspelling.

    Other programs read the environment too: a CHATBOT_TOKEN of theirs must not stop the app.
    """
    yield from _unknown(config, APP_CONFIG, known)
    yield from _unknown((key for key in environ if not _FOREIGN.fullmatch(key)), ENVIRONMENT, known)


def _unknown(keys: Iterable[object], place: str, known: Sequence[str]) -> Iterator[str]:
    ours = place == APP_CONFIG
    for key in keys:
        if isinstance(key, str) and key.startswith(_START) and key.removesuffix(FILE) not in known:
            near = _nearest(key.removesuffix(FILE), known, 0.6 if ours else 0.8)
            if near is not None or ours:
                way_out = (
                    suggestion(near + FILE if key.endswith(FILE) else near) if near else tr(" Known keys: {names}.", names=", ".join(known))
                )
                yield tr("{key} in {place}: unknown key.{way_out}", key=key, place=place, way_out=way_out)


def _nearest(key: str, known: Iterable[str], likeness: float) -> str | None:
    """The known key most similar to this one after their common prefix; None if none reaches `likeness`, from 0 to 1.

    >>> _nearest("CHATBOT_RULE", ["CHATBOT_RULES", "CHATBOT_PREFIX"], 0.8)
    'CHATBOT_RULES'
    >>> _nearest("CHATBOT_TOKEN", ["CHATBOT_RULES", "CHATBOT_PREFIX"], 0.6)
    """
    by_stem = {each.removeprefix(_START): each for each in known}
    near = get_close_matches(key.removeprefix(_START), by_stem, n=1, cutoff=likeness)
    return by_stem[near[0]] if near else None
