"""`Recorder`: whoever listens to a transport under test, and the address at which it is called."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.errors import BadPayload
from flask_chatbot.transports.base import Transport
from flask_chatbot.transports.webhooks import HttpTransport, Tools, WebhookAnswer, WebhookCall
from flask_chatbot.webclient.client import HttpClient
from flask_chatbot.webclient.lent import LentClient

REFUSED = WebhookAnswer(status=503)


class Recorder:
    """A listener that keeps what it hears; the next `failures` times it keeps nothing."""

    def __init__(self, failures: int = 0) -> None:
        self.messages: list[Message] = []
        self.receipts: list[Receipt] = []
        self.echoes: list[Echo] = []
        self.changes: list[IdentityChange] = []
        self.failures = failures
        self._lock = threading.Lock()

    def received(self, message: Message) -> None:
        """Keep a message."""
        with self._lock:
            self._fail()
            self.messages.append(message)

    def receipt(self, receipt: Receipt) -> None:
        """Keep a receipt."""
        with self._lock:
            self._fail()
            self.receipts.append(receipt)

    def echoed(self, echo: Echo) -> None:
        """Keep an echo."""
        with self._lock:
            self._fail()
            self.echoes.append(echo)

    def renamed(self, change: IdentityChange) -> None:
        """Keep a change of names."""
        with self._lock:
            self._fail()
            self.changes.append(change)

    def answer(self, transport: HttpTransport, call: WebhookCall) -> WebhookAnswer:
        """Keep what a call brings, all of it or nothing, and return the answer."""
        try:
            received = transport.receive(call)
            with self._lock:
                self._fail()
                self.messages += received.messages
                self.receipts += received.receipts
                self.echoes += received.echoes
                self.changes += received.changes
            return received.answer
        except BadPayload as error:
            return WebhookAnswer(status=error.status)
        except OSError:
            return REFUSED

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")

    @property
    def texts(self) -> list[str]:
        """The texts that came, in order, each message once: one that comes again counts by its id."""
        return list({message.id: message.text for message in self.messages}.values())

    def acks(self, transport_id: str) -> list[Ack]:
        """The acks of a message, by the id that `send` returned, in the order in which they came."""
        return [receipt.ack for receipt in self.receipts if receipt.id == transport_id]


@contextmanager
def door(transport: Transport, heard: Recorder) -> Iterator[str]:
    """Equip a transport that speaks HTTP, and take the calls at its address; yields that address, empty for any other transport."""
    if not isinstance(transport, HttpTransport):
        yield ""
        return
    speaking = transport
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda call: heard.answer(speaking, call), f"/in/{transport.name}")) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/in/{transport.name}"
        client = HttpClient(private_hosts=["127.0.0.0/8", f"127.0.0.1:{server.server_address[1]}"], trusts_everything=True)
        transport.equip(Tools(client=LentClient(client), address=address))
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield address
        finally:
            server.shutdown()
            thread.join()
            client.close()


def _handler(answer: Callable[[WebhookCall], WebhookAnswer], address: str) -> type[BaseHTTPRequestHandler]:
    """A class of handlers that answer all calls below an address, and 404 to others."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_call(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            rest = parts.path.removeprefix(address)
            call = WebhookCall(method=self.command, path=rest.strip("/"), query=dict(parse_qsl(parts.query)), headers=headers, body=body)
            found = answer(call) if parts.path.startswith(address) and rest[:1] in ("", "/") else WebhookAnswer(status=404)
            self.send_response(found.status)
            for name, value in {**found.headers, "Content-Type": found.content_type, "Content-Length": str(len(found.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(found.body)

        do_GET = do_POST = handle_call  # noqa: N815  names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
