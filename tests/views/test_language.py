"""The language of `errorMessage`: the configured one, else the one that the rule file names, else English."""

from pathlib import Path

import pytest

from tests.delivery.apps import API_KEY, BUDI, gateway_app

INDONESIAN = "'pesan' kosong. Kirim teksnya."
ENGLISH = "'pesan' is empty. Send the text."
RULES = "version: 1\nsettings: {language: NAME}\nrules: [{keyword: halo, reply: Halo}]\n"


@pytest.mark.parametrize(
    ("configured", "written", "told"),
    [("", "id", INDONESIAN), ("", "en", ENGLISH), ("en", "id", ENGLISH), ("id", "en", INDONESIAN), ("ms", "id", ENGLISH)],
)
def test_a_refusal_is_told_in_the_language_of_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configured: str, written: str, told: str
) -> None:
    monkeypatch.delenv("CHATBOT_LANGUAGE", raising=False)
    app = gateway_app(tmp_path, rules=RULES.replace("NAME", written), CHATBOT_LANGUAGE=configured or None)
    answer = app.test_client().post("/chatbot/api/sendwa", headers={"SecretKey": API_KEY}, json={"nohp": BUDI, "pesan": " "})
    assert (answer.status_code, answer.json) == (400, {"success": False, "errorMessage": told})


NO_NUMBER = "'nohp': '12' bukan nomor telepon yang mungkin ada. Tulis dengan kode negaranya, misalnya 6281234567890."
NO_TEXT = "'pesan' berisi null, atau tidak ada. Kirim teksnya sebagai string."
BOTH = "'nohp' dan 'groupid' dua-duanya ada. Kirim salah satunya: sebuah pesan dikirim ke orang atau ke grup."
ELSEWHERE = "Isinya berkas: kirim ke /api/sendmedia."


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"nohp": "12", "pesan": "Halo"}, NO_NUMBER),
        ({"nohp": BUDI}, NO_TEXT),
        ({"nohp": BUDI, "groupid": "120363041234567890"}, f"{BOTH} {NO_TEXT}"),
        ({"nohp": BUDI, "mediaurl": "https://example.com/a.png"}, f"{NO_TEXT} {ELSEWHERE}"),
    ],
)
def test_a_refusal_says_all_of_its_sentences_in_indonesian(tmp_path: Path, body: dict[str, object], told: str) -> None:
    app = gateway_app(tmp_path, CHATBOT_LANGUAGE="id")
    answer = app.test_client().post("/chatbot/api/sendwa", headers={"SecretKey": API_KEY}, json=body)
    assert answer.json == {"success": False, "errorMessage": told}
