"""Which URLs of databases are taken, and what is said of the others."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flask_chatbot.database.urls import file_of, place_of, read_url

WRITE = "Write sqlite:///chatbot.sqlite or postgresql://user:password@host/name."
THREE = "a path follows three slashes, an absolute one four. Write sqlite:///chatbot.sqlite."
NO_MEMORY = "a database in memory would be another in each process. Name a file: sqlite:///chatbot.sqlite."


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_reached_through_psycopg_3(scheme: str) -> None:
    assert read_url(f"{scheme}://toko:rahasia@db:5433/shop?sslmode=require").render_as_string(hide_password=False) == (
        "postgresql+psycopg://toko:rahasia@db:5433/shop?sslmode=require"
    )


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///shop.sqlite", "/srv/toko/instance/shop.sqlite"),
        ("sqlite:///data/shop.sqlite", "/srv/toko/instance/data/shop.sqlite"),
        ("sqlite:////var/lib/shop 1.sqlite", "/var/lib/shop 1.sqlite"),
        ("sqlite+pysqlite:///shop.sqlite", "/srv/toko/instance/shop.sqlite"),
    ],
)
def test_the_path_of_a_sqlite_file_counts_from_the_instance_folder(url: str, file: str) -> None:
    assert file_of(read_url(url), Path("/srv/toko/instance")) == Path(file)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:///shop.sqlite", "/srv/shop.sqlite"),
        ("postgresql://toko:rahasia@db.example:5433/shop", "shop at db.example:5433"),
        ("postgresql://toko:rahasia@db.example/shop?sslmode=require", "shop at db.example"),
        ("postgresql:///shop", "shop"),
        ("postgresql://", "of this user"),
    ],
)
def test_a_database_is_called_by_its_place_without_its_secrets(url: str, place: str) -> None:
    assert place_of(read_url(url), Path("/srv")) == place


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", f"it is not a database URL. {WRITE}"),
        ("/var/lib/s3cret.sqlite", f"it is not a database URL. {WRITE}"),
        ("s3cret", f"it is not a database URL. {WRITE}"),
        ("postgresql://toko:s3cret@db:port/shop", f"it is not a database URL. {WRITE}"),
        ("mysql://toko:s3cret@db/shop", f"'mysql' is not a supported database. {WRITE}"),
        ("oracle+oracledb://toko:s3cret@db/shop", f"'oracle' is not a supported database. {WRITE}"),
        ("postgresql+psycopg2://toko:s3cret@db/shop", "the driver 'psycopg2' is not supported. Write postgresql:// without a driver."),
        ("sqlite+aiosqlite:///s3cret", "the driver 'aiosqlite' is not supported. Write sqlite:// without a driver."),
        ("sqlite://s3cret.sqlite", THREE),
        ("sqlite://s3cret.sqlite/x", THREE),
        ("sqlite://", NO_MEMORY),
        ("sqlite:///", NO_MEMORY),
        ("sqlite:///:memory:", NO_MEMORY),
        ("sqlite:///file:s3cret?mode=ro&uri=true", "SQLite takes no parameters. Remove the question mark and what follows it."),
        (
            "postgresql://toko:s3@cret@db/shop",
            "there are two @ before the host. Write one that belongs to the user or the password as %40.",
        ),
        (
            "postgresql://toko:s3cret@db/shop?sslmod=require",
            "'sslmod' is not a parameter of PostgreSQL. Remove it, or correct its name.",
        ),
        ("postgresql://toko:s3cret%00@db/shop", "it holds a character that cannot be printed. Remove it."),
        ("sqlite:///s3cret\n", "it holds a character that cannot be printed, such as a line break. Remove it."),
        ("sqlite:///s3cret\0", "it holds a character that cannot be printed, such as a line break. Remove it."),
        ("sqlite:///s3cret\udcff", "it holds a character that cannot be printed, such as a line break. Remove it."),
    ],
)
def test_a_url_that_cannot_be_used_is_told_with_the_mend_and_not_shown(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        read_url(url)


@pytest.mark.process
def test_a_missing_driver_is_told_with_the_command_that_installs_it() -> None:
    # A process of its own, in which psycopg cannot be imported.
    program = """
import sys
sys.modules["psycopg"] = None
from flask_chatbot.settings.settings import Settings
print(Settings.read({"CHATBOT_DATABASE_URL": "postgresql://toko:s3cret@db/shop"}, {})[1])
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert process.stdout == (
        '("CHATBOT_DATABASE_URL in app.config: PostgreSQL needs psycopg, which is not installed or finds no libpq. '
        "Run: pip install 'flask-chatbot[postgres]'\",)\n"
    )
