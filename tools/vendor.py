"""Write the files of other projects that the console serves, taken from npm: `python tools/vendor.py`, or `--check` to compare only.

Each stays byte for byte as it was published, but for CodeMirror, which is published in parts: esbuild joins those that `codemirror.js`
beside this script names. `vendor.json` beside the files has their versions and SHA-256, `LICENSES.txt` their licences.
"""

import argparse
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "flask_chatbot" / "console" / "static" / "vendor"
LISTED = "vendor.json"
LICENCES = "LICENSES.txt"


class Package(NamedTuple):
    """A package of npm: the paths in it of the file that is served, and of its licence."""

    name: str
    version: str
    licence: str
    path: str
    licence_path: str


PACKAGES = (
    Package("htmx.org", "2.0.11", "0BSD", "dist/htmx.min.js", "LICENSE"),
    Package("@picocss/pico", "2.1.1", "MIT", "css/pico.classless.min.css", "LICENSE.md"),
)


# All that are in the bundle, so that it is made of the same versions at any time.
BUNDLED = (
    "@codemirror/autocomplete 6.20.4",
    "@codemirror/commands 6.11.1",
    "@codemirror/lang-yaml 6.1.3",
    "@codemirror/language 6.13.1",
    "@codemirror/lint 6.9.8",
    "@codemirror/state 6.7.6",
    "@codemirror/streamparser 6.0.0",
    "@codemirror/view 6.43.15",
    "@lezer/common 1.5.5",
    "@lezer/highlight 1.2.5",
    "@lezer/lr 1.4.12",
    "@lezer/yaml 1.0.4",
    "@marijn/find-cluster-break 1.0.4",
    "crelt 1.0.7",
    "style-mod 4.1.5",
    "w3c-keyname 2.2.8",
)
BUNDLE = "codemirror.min.js"
BUNDLER = "esbuild 0.28.2"
BUNDLING = "--bundle --minify --format=iife --global-name=CodeMirror --target=es2020 --legal-comments=none --charset=utf8".split()
LICENCE_OF_BUNDLED = "MIT"


def bundle(folder: Path) -> tuple[bytes, dict[str, str]]:
    """The bundle of CodeMirror, and the licences of its parts."""
    wanted = [each.replace(" ", "@") for each in (*BUNDLED, BUNDLER)]
    command = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder), *wanted]
    subprocess.run(command, check=True)  # noqa: S603  a fixed command
    entry = folder / "codemirror.js"
    entry.write_bytes(Path(__file__).with_name("codemirror.js").read_bytes())
    made = subprocess.run(  # noqa: S603  the same
        [str(folder / "node_modules" / ".bin" / "esbuild"), entry.name, *BUNDLING], check=True, capture_output=True, cwd=folder
    ).stdout
    licences = {}
    for each in BUNDLED:
        name, version = each.split()
        package = folder / "node_modules" / name
        said = json.loads((package / "package.json").read_text("utf-8"))
        if (said["version"], said["license"]) != (version, LICENCE_OF_BUNDLED):
            raise SystemExit(f"{name}: expected {version}, {LICENCE_OF_BUNDLED}, got {said['version']}, {said['license']}.")
        licences[each] = (package / "LICENSE").read_text("utf-8").strip()
    return made, licences


def listed_bundle(content: bytes) -> dict[str, object]:
    """The entry of the bundle in the list of files."""
    return {
        "file": BUNDLE,
        "package": "codemirror",
        "version": next(each for each in BUNDLED if "/view " in each).split()[1],
        "licence": LICENCE_OF_BUNDLED,
        "made_of": list(BUNDLED),
        "made_by": BUNDLER,
        "sha256": sha256(content).hexdigest(),
    }


def fetch(package: Package, folder: Path) -> Iterator[bytes]:
    """The served file and the licence of a package."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
    packed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]  # noqa: S603  a fixed command
    with tarfile.open(folder / packed) as archive:
        for path in (package.path, package.licence_path):
            member = archive.extractfile(f"package/{path}")
            if member is None:
                raise SystemExit(f"{package.name} {package.version} has no file {path}.")
            yield member.read()


def files() -> dict[str, bytes]:
    """All files of the folder by name, made anew."""
    made: dict[str, bytes] = {}
    listed: list[dict[str, object]] = []
    licences = []
    with TemporaryDirectory() as folder:
        for package in PACKAGES:
            content, licence = fetch(package, Path(folder))
            name = Path(package.path).name
            made[name] = content
            listed.append(
                {
                    "file": name,
                    "package": package.name,
                    "version": package.version,
                    "licence": package.licence,
                    "path": package.path,
                    "sha256": sha256(content).hexdigest(),
                }
            )
            licences.append(f"{name}: {package.name} {package.version}, {package.licence}\n\n{licence.decode().strip()}\n")
        made[BUNDLE], of_parts = bundle(Path(folder))
        listed.append(listed_bundle(made[BUNDLE]))
        # Most parts have the same licence, word for word.
        for text in dict.fromkeys(of_parts.values()):
            parts = ", ".join(name for name, said in of_parts.items() if said == text)
            licences.append(f"{BUNDLE}: {parts}, {LICENCE_OF_BUNDLED}\n\n{text}\n")
    return {
        **made,
        LISTED: (json.dumps(listed, indent=2) + "\n").encode(),
        LICENCES: f"\n{'-' * 80}\n\n".join(licences).encode(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="Compare, and write nothing.")
    asked = parser.parse_args()
    made = files()
    if asked.check:
        differing = [name for name, content in made.items() if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != content]
        for name in differing:
            sys.stderr.write(f"{name} is not what npm has. Run python tools/vendor.py.\n")
        return 1 if differing else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (FOLDER / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
