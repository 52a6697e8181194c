"""Values made on first use."""

import copy
import pickle

from flask_chatbot.core.late import late_pattern


def test_copies_and_pickles_of_a_late_pattern_find_what_it_finds() -> None:
    words = late_pattern("[a-z]+")

    assert [each.findall("Halo, kak") for each in (copy.deepcopy(words), pickle.loads(pickle.dumps(words)))] == [["alo", "kak"]] * 2  # noqa: S301  our own
