"""The wheel holds everything the package needs."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "flask_chatbot")
LOAD = """
import sys
from pathlib import Path
import flask_chatbot
from flask_chatbot.core.loading.loader import load_rules

print(Path(flask_chatbot.__file__).parent)
print(load_rules(Path(sys.argv[1])).rules[0].name)
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder a wheel of this checkout was unpacked into."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # a copy, so that no build/ appears in the checkout
    source.mkdir()
    for name in SOURCES:
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--no-input", "wheel"]
    command = [*pip, "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder), str(source)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "unpacked")
    return folder / "unpacked"


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


@pytest.mark.process
def test_the_wheel_holds_every_file_of_the_package_and_no_other_package(unpacked: Path) -> None:
    package = ROOT / "flask_chatbot"
    expected = {path.relative_to(ROOT).as_posix() for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    found = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert {name for name in found if ".dist-info/" not in name} == expected


@pytest.mark.process
def test_the_type_marker_the_schema_and_the_licence_travel_in_the_wheel(unpacked: Path) -> None:
    assert (unpacked / "flask_chatbot/py.typed").is_file()
    assert (unpacked / "flask_chatbot/core/schema/rules.schema.json").is_file()
    assert len(list(unpacked.glob("*.dist-info/**/LICENSE"))) == 1


@pytest.mark.process
def test_rules_load_from_the_unpacked_wheel(unpacked: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nrules:\n  - keyword: halo\n    reply: Halo juga!\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    command = [sys.executable, "-c", LOAD, str(rules)]
    loaded = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (loaded.stderr, loaded.stdout.splitlines()) == ("", [str(unpacked / "flask_chatbot"), "halo"])
