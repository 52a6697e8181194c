"""The command `python -m tools.conformance`: runs the suite of all transports, and records what the documentation says of them."""

import os
import subprocess
import sys

from tests.transports.conformance import RECORD, RECORDS, WAYS

ROOT = RECORD.parents[2]


def main() -> int:
    """Run the suite in one process; the record changes only if everything passed."""
    fresh = RECORD.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-k", " or ".join(WAYS), "tests/transports"]
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, RECORDS: str(fresh)}, check=False).returncode  # noqa: S603  our own command
    if code == 0:
        fresh.replace(RECORD)
    fresh.unlink(missing_ok=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
