import pytest

from tests.core.fields.readers import field, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nama saya Budi Santoso", "Budi Santoso"),
        ("Nama: Budi", "Budi"),
        ("Budi kak", "Budi kak"),
        ("Nama", "Nama"),
        ("Alamat: Jl. Melati", "Alamat: Jl. Melati"),
        ("\u200eBudi\u202c", "Budi"),
    ],
)
def test_a_text_loses_its_own_label_and_nothing_else(text: str, value: str) -> None:
    assert read(field("text", "nama"), text) == value
