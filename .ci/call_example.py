"""Starts the example by a command of the README in a folder, calls it as the lines that it prints say, and ends it.

Usage: call_example.py FOLDER COMMAND
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import urllib.request
from typing import Any

PATIENCE = 600.0  # seconds, the installation included
CALLS = 2  # the webhook and the API


def main(folder: str, command: str) -> None:
    """Exit with a message unless both printed calls succeed."""
    environment = {**os.environ, "FLASK_RUN_PORT": "0"}  # another port may be taken on this machine
    with subprocess.Popen(
        ["bash", "-c", command],  # noqa: S607
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as server:
        watchdog = threading.Timer(PATIENCE, os.killpg, (server.pid, signal.SIGKILL))
        watchdog.start()
        made = 0
        try:
            for line in server.stdout or ():
                print(line, end="", flush=True)
                if line.startswith("curl "):
                    made += 1
                    print(check(call(shlex.split(line))), flush=True)
                if made == CALLS:
                    break
            else:
                sys.exit(f"The example ended after {made} of {CALLS} calls: {command}")
        finally:
            watchdog.cancel()
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)


def call(curl: list[str]) -> Any:
    """The answer to the call that a curl command makes; not all machines have curl."""
    headers = dict(curl[place + 1].split(": ", 1) for place, word in enumerate(curl) if word == "-H")
    request = urllib.request.Request(curl[1], curl[curl.index("-d") + 1].encode(), headers)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=30) as answer:
        return json.load(answer)


def check(answer: Any) -> Any:
    """The answer again, if it says success."""
    if answer.get("success") is not True:
        sys.exit(f"The example answered {answer}")
    return answer


if __name__ == "__main__":
    main(*sys.argv[1:])
