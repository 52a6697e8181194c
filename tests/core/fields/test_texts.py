import pytest

from tests.core.fields.readers import field, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nama saya Budi Santoso", "Budi Santoso"),
        ("Nama: Budi", "Budi"),
        ("nama saya Siti Aminah kak", "Siti Aminah"),
        ("atas nama Siti ya kak 🙏", "Siti"),
        ("a.n. Budi aja", "Budi"),
        ("my name is Budi please", "Budi"),
        ("Namanya Budi, makasih", "Budi"),
        ("Kim Min", "Kim Min"),
        ("Bu Siti", "Bu Siti"),
        ("kak", "kak"),
        ("nama saya", "nama saya"),
        ("Nama", "Nama"),
        ("Alamat: Jl. Melati", "Alamat: Jl. Melati"),
        ("\u200eBudi\u202c", "Budi"),
    ],
)
def test_a_name_loses_its_own_label_and_the_courtesy_behind_it(text: str, value: str) -> None:
    assert read(field("text", "nama"), text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("alamat saya Jl. Melati 5 ya kak", "Jl. Melati 5 ya kak"),
        ("alamatnya Jl. Melati 5", "Jl. Melati 5"),
        ("alamat Jl. Melati 5", "alamat Jl. Melati 5"),
        ("atas nama Budi", "atas nama Budi"),
    ],
)
def test_a_text_that_is_no_name_loses_its_own_label_alone(text: str, value: str) -> None:
    assert read(field("text", "alamat"), text) == value
