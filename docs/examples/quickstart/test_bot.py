"""What customers write, and what they must get."""

import pytest
from app import app as shop


@pytest.fixture
def app():
    return shop


def test_a_hundred_shirts_are_cheaper(chat):
    chat.says("penawaran#Jhon Doe#jhon@example.com#100")
    assert chat.last.rule == "penawaran"
    assert chat.last.fields == {
        "nama": "Jhon Doe",
        "email": "jhon@example.com",
        "jumlah": 100,
    }
    assert "Rp5.800.000" in chat.last.replies
