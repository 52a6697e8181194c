"""Values that hold only what they are given."""

import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from flask_chatbot.core.sparse import sparse


@sparse
@dataclass(frozen=True, kw_only=True)
class Parcel:
    to: str
    weight: int = 1
    note: str = ""


def test_what_is_left_out_is_the_default_and_is_not_held() -> None:
    parcel = Parcel(to="Budi")

    assert (parcel.to, parcel.weight, parcel.note) == ("Budi", 1, "")
    assert vars(parcel) == {"to": "Budi"}


def test_a_default_that_is_given_makes_no_difference() -> None:
    assert Parcel(to="Budi", weight=1) == Parcel(to="Budi")
    assert hash(Parcel(to="Budi", weight=1)) == hash(Parcel(to="Budi"))
    assert Parcel(to="Budi") != Parcel(to="Budi", weight=2)


def test_parts_cannot_be_changed() -> None:
    parcel = Parcel(to="Budi")

    with pytest.raises(FrozenInstanceError):
        parcel.weight = 2  # type: ignore[misc]


@pytest.mark.parametrize(("given", "named"), [({}, "to"), ({"weight": 2}, "to"), ({"to": "Budi", "size": 3}, "size")])
def test_a_part_that_is_missing_or_unknown_is_named(given: dict[str, object], named: str) -> None:
    with pytest.raises(TypeError, match=rf"'{named}'"):
        Parcel(**given)  # type: ignore[arg-type]


def test_parts_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        Parcel("Budi")  # type: ignore[call-arg]


def test_a_copy_and_a_pickle_are_the_same() -> None:
    parcel = Parcel(to="Budi", note="awas")

    assert replace(parcel, weight=2) == Parcel(to="Budi", weight=2, note="awas")
    assert pickle.loads(pickle.dumps(parcel)) == parcel  # noqa: S301  our own


def test_a_part_that_is_made_anew_for_each_value_is_refused() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Box:
        parcels: list[Parcel] = field(default_factory=list)

    with pytest.raises(TypeError, match=r"Box makes a new 'parcels' for each value"):
        sparse(Box)
