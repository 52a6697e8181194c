"""The files that the console adds to the wheel."""

import zlib
from pathlib import Path

import flask_chatbot.console

FOLDER = Path(flask_chatbot.console.__file__).parent
LIMITS = {"static": (560_000, 170_000), "templates": (80_000, 35_000)}  # bytes, as they are and compressed


def test_the_files_that_browsers_load_stay_as_small_as_the_documentation_says() -> None:
    for name, (whole, packed) in LIMITS.items():
        contents = [path.read_bytes() for path in (FOLDER / name).rglob("*") if path.is_file()]
        sizes = sum(map(len, contents)), sum(len(zlib.compress(each)) for each in contents)
        assert (sizes[0] <= whole, sizes[1] <= packed) == (True, True), sizes
