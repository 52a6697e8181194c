import pytest
from app import app as laundry


@pytest.fixture
def app():
    return laundry
