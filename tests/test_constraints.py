"""The versions that the README's commands install: all of them pinned, each within what setup.cfg allows."""

from collections.abc import Iterator
from configparser import ConfigParser
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def lines(text: str) -> list[str]:
    """The lines without comments."""
    return [line for each in text.splitlines() if (line := each.strip()) and not line.startswith("#")]


def config() -> ConfigParser:
    read = ConfigParser()
    read.read_string((ROOT / "setup.cfg").read_text("utf-8"))
    return read


def requirements() -> list[str]:
    """What the two commands ask for."""
    read = config()
    return [*lines(read["options"]["install_requires"]), *lines(read["options.extras_require"]["test"])]


def machines() -> Iterator[dict[str, str]]:
    for (platform, system), python in product(SYSTEMS.items(), PYTHONS):
        yield {
            "sys_platform": platform,
            "platform_system": system,
            "python_version": python,
            "python_full_version": f"{python}.9",
            "implementation_name": "cpython",
        }


def pins(machine: dict[str, str]) -> dict[str, list[str]]:
    """The versions pinned on a machine, by name."""
    found: dict[str, list[str]] = {}
    for pin in map(Requirement, lines(CONSTRAINTS.read_text("utf-8"))):
        if pin.marker is None or pin.marker.evaluate(dict(machine)):
            found.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    return found


@pytest.mark.parametrize("machine", list(machines()), ids=lambda machine: " ".join((machine["sys_platform"], machine["python_version"])))
def test_every_requirement_is_pinned_once_within_what_is_allowed(machine: dict[str, str]) -> None:
    pinned = pins(machine)
    asked = [each for each in map(Requirement, requirements()) if each.marker is None or each.marker.evaluate(dict(machine))]
    assert {name: versions for name, versions in pinned.items() if len(versions) > 1} == {}
    assert [str(each) for each in asked if not each.specifier.contains(pinned.get(canonicalize_name(each.name), ["0"])[0])] == []


def test_the_pythons_that_are_named_are_those_that_the_pins_hold_for() -> None:
    named = [line.rsplit(" ", 1)[1] for line in lines(config()["metadata"]["classifiers"]) if " :: Python :: 3." in line]
    assert named == PYTHONS


def test_the_pins_are_versions_and_name_no_place_to_get_them_from() -> None:
    written = CONSTRAINTS.read_text("utf-8")
    assert [line for line in lines(written) if "==" not in line or "@" in line] == []
    assert ("://" in written, "--index" in written, "--find-links" in written) == (False, False, False)


def test_the_commands_of_the_readme_use_the_pins() -> None:
    commands = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if " -m venv " in line]
    assert ["install -c constraints.txt -e " in command for command in commands] == [True] * 4


def test_the_command_that_renews_the_pins_is_the_one_that_made_them() -> None:
    made = CONSTRAINTS.read_text("utf-8").splitlines()[1].removeprefix("#").strip()
    assert made in (ROOT / "CONTRIBUTING.md").read_text("utf-8").replace(" --upgrade", "")
