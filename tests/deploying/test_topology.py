"""The deployment of the example: web and worker as its Procfile starts them, PostgreSQL between them."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import make_url

from benchmarks.faults.proxy import Proxy
from tests.deploying.processes import Answer, Deployment, ask, deploy, end, free_port, status_of, wait_until
from tests.transports.hosted.vendor import KEY as GATEWAY_KEY
from tests.transports.hosted.vendor import Call, Vendor

API_KEY = "the-api-key-of-the-deployment"
SENDWA = {"nohp": "6281234567890", "pesan": "Pesanan Kakak sedang diantar."}


class Receiver(ThreadingHTTPServer):
    """Whoever asked for the acks of a message: the bodies of the calls that came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Acked)
        self.bodies: list[bytes] = []


class Acked(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    made = Vendor()
    yield made
    made.end()


@pytest.fixture
def proxy(server: str) -> Iterator[Proxy]:
    """The way to the database server, which can be cut."""
    url = make_url(server)
    made = Proxy(url.host or "127.0.0.1", url.port or 5432)
    yield made
    made.cut()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def deployment(server: str, proxy: Proxy, vendor: Vendor, port: int, tmp_path: Path) -> Deployment:
    url = make_url(server).set(host="127.0.0.1", port=proxy.port)
    return deploy(
        tmp_path,
        CHATBOT_API_KEY_FILE=API_KEY,
        CHATBOT_DATABASE_URL_FILE=url.render_as_string(hide_password=False),
        CHATBOT_HOSTED_KEY_FILE=GATEWAY_KEY,
        CHATBOT_HOSTED_URL=vendor.url,
        CHATBOT_PACE="100/second",
        CHATBOT_PRIVATE_HOSTS="127.0.0.1",
        CHATBOT_PUBLIC_URL=f"http://127.0.0.1:{port}",
        CHATBOT_TRANSPORT="hosted",
        GUNICORN_CMD_ARGS=f"--bind=127.0.0.1:{port}",
    )


@pytest.mark.process
def test_a_message_goes_from_the_api_to_the_phone_and_its_callbacks_come(
    deployment: Deployment, port: int, vendor: Vendor, proxy: Proxy
) -> None:
    with receiving() as receiver:
        assert deployment.run("release") == 0
        with deployment.running("web") as web, deployment.running("worker") as worker:
            wait_until("the server is ready", lambda: status_of(port, "/chatbot/healthz/ready") == 200)
            notify = f"http://127.0.0.1:{receiver.server_address[1]}/acks"
            sent = ask(port, "/chatbot/api/sendwa", {**SENDWA, "notifyurl": notify}, SecretKey=API_KEY)
            assert sent.status == 200
            wait_until("the message is at the phone", lambda: len(vendor.arrived) == 1)
            vendor.report()
            wait_until("its callbacks came", lambda: len(receiver.bodies) == 3)
            it_survives_an_outage_of_the_database(port, proxy)
            a_send_under_way_is_finished(port, vendor, worker)
            assert end(web) == 0
    assert [body["pesan"] for _, body in vendor.arrived] == [SENDWA["pesan"]] * 2
    assert deployment.log("worker").splitlines()[-1].endswith("called back 3 (given up 0), under way 0; finished")


def it_survives_an_outage_of_the_database(port: int, proxy: Proxy) -> None:
    """Meanwhile the server is alive and not ready, and says why to who has the key alone."""
    proxy.cut()
    wait_until("it is known not to be ready", lambda: status_of(port, "/chatbot/healthz/ready") == 503)
    assert ask(port, "/chatbot/healthz/live") == Answer(200, {"status": "ok"})
    assert ask(port, "/chatbot/healthz/ready") == Answer(503, {"status": "unready"})
    proxy.restore()
    wait_until("it is ready again", lambda: status_of(port, "/chatbot/healthz/ready") == 200)


def a_send_under_way_is_finished(port: int, vendor: Vendor, worker: "subprocess.Popen[bytes]") -> None:
    """SIGTERM comes while the gateway has a message and has not answered yet."""
    under_way, gate = threading.Event(), threading.Event()

    def slowly(call: Call, body: dict[str, object]) -> None:
        under_way.set()
        assert gate.wait(60)
        call.answer("sendwa", body)

    vendor.trouble = slowly
    assert ask(port, "/chatbot/api/sendwa", SENDWA, SecretKey=API_KEY).status == 200
    assert under_way.wait(60)
    threading.Timer(0.5, gate.set).start()
    assert end(worker) == 0
