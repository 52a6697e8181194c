"""nginx before gunicorn, both with the files of the example."""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest

from flask_chatbot.views.entrance import BODY_LIMIT
from tests.deploying.processes import DEPLOY, PATIENCE, Deployment, deploy, free_port, status_of, wait_until
from tests.docs.sessions import KEY

CERTIFICATES = "/etc/letsencrypt/live/bot.example.com"
MAIN = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
}}
"""


@pytest.fixture
def ports() -> dict[str, int]:
    return {name: free_port() for name in ("80", "443", "8000")}


@pytest.fixture
def nginx(tmp_path: Path, ports: dict[str, int]) -> list[str]:
    """The command line of nginx with the two files, on ports of loopback and with a certificate of its own."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or shutil.which("nginx")
    openssl = shutil.which("openssl")
    if program is None or openssl is None:
        pytest.skip("nginx, or openssl, is not installed")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bot.example.com", "-days", "1"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=PATIENCE)
    (tmp_path / "conf.d").mkdir()
    for name in ("nginx.conf", "nginx-upstream.conf"):
        text = (DEPLOY / name).read_text("utf-8").replace(CERTIFICATES, str(tmp_path))
        text = re.sub(r"\blisten (\d+)", lambda found: f"listen 127.0.0.1:{ports[found[1]]}", text)
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{ports['8000']}")
        (tmp_path / "conf.d" / name).write_text(text, "utf-8")
    (tmp_path / "main.conf").write_text(MAIN.format(folder=tmp_path), "utf-8")
    return [program, "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "main.conf")]


@pytest.fixture
def deployment(tmp_path: Path, ports: dict[str, int]) -> Deployment:
    url = f"sqlite:///{tmp_path}/chatbot.sqlite"
    return deploy(tmp_path, CHATBOT_WEBHOOK_KEY_FILE=KEY, CHATBOT_DATABASE_URL=url, GUNICORN_CMD_ARGS=f"--bind=127.0.0.1:{ports['8000']}")


@contextmanager
def serving(command: list[str]) -> Iterator[None]:
    with subprocess.Popen(command) as process:
        yield
        process.terminate()
        assert process.wait(PATIENCE) == 0


@pytest.mark.process
def test_nginx_takes_the_files(nginx: list[str]) -> None:
    checked = subprocess.run([*nginx, "-t"], capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False)
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if "[" in line]) == (0, [])


@pytest.mark.process
def test_the_bot_refuses_in_its_own_words_through_nginx(nginx: list[str], deployment: Deployment, ports: dict[str, int]) -> None:
    with deployment.running("web"), serving(nginx):
        wait_until("gunicorn serves", lambda: status_of(ports["8000"], "/chatbot/healthz/live") == 200)
        wait_until("nginx serves", lambda: status_of(ports["80"], "/") == 308)
        too_large = posted(ports["443"], "x" * (BODY_LIMIT + 1))
        redirected = location(ports["80"], "/chatbot/healthz?a=b")
    assert too_large == (413, "application/json")
    assert redirected == "https://127.0.0.1/chatbot/healthz?a=b"


def posted(port: int, body: str) -> tuple[int, str | None]:
    """The status and the type of the answer to a body at the webhook."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it was signed by nobody
    connection = HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=context)
    connection.request("POST", "/chatbot/webhook", body)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Content-Type")


def location(port: int, path: str) -> str | None:
    """The address that a page leads to."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    found = connection.getresponse().getheader("Location")
    connection.close()
    return found
