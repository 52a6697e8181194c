import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from flask_chatbot import Image

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


class Photo(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(PNG)

    def log_message(self, *args):
        pass


@pytest.fixture
def photo():
    server = HTTPServer(("127.0.0.1", 0), Photo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/bukti.png"
    server.shutdown()
    server.server_close()


def test_the_photo_reaches_staff(budi, staff, photo):
    budi.writes("bukti#12", media=photo)
    assert budi.waits_for(1)[0].reply.text == "Terima kasih, bukti pesanan 12 kami periksa."
    (arrived,) = staff.waits_for(1)
    assert arrived.reply == Image(photo, caption="Bukti pesanan 12 dari 6281234567890")


def test_a_caption_without_a_photo_is_explained(budi):
    budi.writes("bukti#12")
    assert "Fotonya belum ada" in budi.waits_for(1)[0].reply.text
