"""What one process of a shop has learnt, all others know: 4 web processes and 4 workers on a PostgreSQL server of its own."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import count

import pytest

from benchmarks.faults.outcome import read_journal
from benchmarks.faults.shop import Shop, Size, shop
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.gateway import OPTED_OUT
from flask_chatbot.store.saved import SavedRow
from flask_chatbot.store.saved import rows as rows_of
from tests.faults.web import Answer, WebProcess, at_once, web_processes
from tests.postgres import MISSING, SERVER

ROUNDS = 5  # of what is raced for
WITHIN = 30.0  # seconds in which each process has changed rules, on a machine that is busy tenfold
BURST = 24  # messages, from as many chats
_numbers = count(100)

pytestmark = [
    pytest.mark.process,
    pytest.mark.postgresql,
    pytest.mark.skipif(not SERVER, reason=MISSING),
]


def rules(word: str) -> str:
    """The rules of the shop; one of them answers with this word, and with the process that decided so."""
    return f"""version: 1
rules:
  - {{keyword: halo, once_per: 1 hour, reply: Halo!}}
  - name: pesanan
    keyword: pesan
    ask:
      - nama: {{question: "Nama?"}}
      - barang: {{question: "Barang?"}}
      - jumlah: {{question: "Jumlah?", type: integer}}
    save: pesanan
    reply: "{{{{ nama }}}}, {{{{ jumlah }}}} {{{{ barang }}}}."
  - {{keyword: "catat#", fields: [isi], save: catatan, reply: "{{{{ saved.number }}}} {{{{ isi | process }}}}"}}
  - {{keyword: stop, subscribe: false, reply: Baik.}}
  - {{keyword: mulai, subscribe: true, reply: Senang.}}
  - {{keyword: "siapa#", fields: [n], reply: "{word} {{{{ n | process }}}}"}}
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Shop]:
    """A shop for all of these tests."""
    with shop(Size(web=4, workers=4), rules("lama")) as made:
        yield made


@pytest.fixture
def web(running: Shop) -> Iterator[list[WebProcess]]:
    """Its web processes."""
    with web_processes(running) as found:
        yield found


@pytest.fixture
def customer() -> str:
    """The number of somebody who has never written."""
    return f"6281234{next(_numbers):06}"


def sent_to(running: Shop, customer: str, least: int) -> list[str]:
    """The texts that a customer got, once there are so many."""
    running.wait_until(f"{least} messages", lambda: len(read_journal(running.journal, customer)) >= least)
    return [each.text for each in read_journal(running.journal, customer)]


def saved(running: Shop, name: str, customer: str) -> list[SavedRow]:
    """The rows of a customer in a table."""
    database = Database(running.cluster.url(), running.home)
    with closing(database), database.reading() as connection:
        return [each for each in rows_of(connection, name) if each.sender == customer]


def test_a_form_each_answer_of_which_comes_to_another_process_goes_on_and_is_saved_once(
    running: Shop, web: list[WebProcess], customer: str
) -> None:
    texts = ("pesan", "Budi", "kaos", "3")
    asked = [each.write(text, customer).texts for each, text in zip(web, texts, strict=True)]
    assert asked == [["Nama?"], ["Barang?"], ["Jumlah?"], ["Budi, 3 kaos."]]
    assert [row.fields for row in saved(running, "pesanan", customer)] == [{"nama": "Budi", "barang": "kaos", "jumlah": 3}]


def test_a_form_that_four_processes_took_the_answers_of_and_workers_decide_keeps_their_order(
    running: Shop, web: list[WebProcess], customer: str
) -> None:
    for number, (each, text) in enumerate(zip(web, ("pesan", "Budi", "kaos", "3"), strict=True)):
        each.deliver(text, customer, f"{customer}-{number}")
    assert sent_to(running, customer, 4) == ["Nama?", "Barang?", "Jumlah?", "Budi, 3 kaos."]
    assert [row.fields for row in saved(running, "pesanan", customer)] == [{"nama": "Budi", "barang": "kaos", "jumlah": 3}]


def test_a_greeting_that_comes_to_all_processes_at_once_is_answered_once(web: list[WebProcess], customer: str) -> None:
    for number in range(ROUNDS):
        texts = [answer.texts for answer in at_once([partial(each.write, "halo", f"{customer}{number}") for each in web])]
        assert sorted(texts) == [[], [], [], ["Halo!"]]


def test_a_greeting_that_all_processes_took_at_once_is_answered_once_by_workers(
    running: Shop, web: list[WebProcess], customer: str
) -> None:
    at_once([partial(each.deliver, "halo", customer, f"{customer}-{each.id}") for each in web])
    web[0].deliver("stop", customer, f"{customer}-last")  # answered behind them
    assert sent_to(running, customer, 2) == ["Halo!", "Baik."]


def test_who_opts_out_at_one_process_gets_no_promotion_by_any_until_opting_in_at_another(web: list[WebProcess], customer: str) -> None:
    def promoted(*processes: WebProcess) -> list[Answer]:
        return [each.send("Diskon!", customer, promo=True) for each in processes]

    refused = Answer(400, {"success": False, "errorMessage": str(OPTED_OUT)})
    for each, other in zip(web, reversed(web), strict=True):
        assert each.write("stop", customer).texts == ["Baik."]
        assert promoted(*web) == [refused] * len(web)
        assert [one.send("Pesanan dikirim.", customer).status for one in web] == [200] * len(web)
        assert other.write("mulai", customer).texts == ["Senang."]
        assert [answer.status for answer in promoted(*web)] == [200] * len(web)


def test_who_opts_out_at_a_worker_gets_no_promotion_by_any_web_process(running: Shop, web: list[WebProcess], customer: str) -> None:
    web[0].deliver("stop", customer, f"{customer}-0")
    assert sent_to(running, customer, 1) == ["Baik."]
    assert [each.send("Diskon!", customer, promo=True).status for each in web] == [400] * len(web)
    web[1].deliver("mulai", customer, f"{customer}-1")
    assert sent_to(running, customer, 2) == ["Baik.", "Senang."]
    assert [each.send("Diskon!", customer, promo=True).status for each in web] == [200] * len(web)


def test_a_webhook_id_that_comes_to_all_processes_at_once_is_decided_once_and_answered_alike(
    running: Shop, web: list[WebProcess], customer: str
) -> None:
    for number in range(ROUNDS):
        texts = [answer.texts for answer in at_once([partial(each.write, "catat#isi", customer, f"{customer}-{number}") for each in web])]
        rows = saved(running, "catatan", customer)
        assert len(rows) == number + 1
        deciders = [f"{rows[-1].number} isi {each.id}" for each in web]
        assert texts[0][0] in deciders  # the row's number, and one of them decided
        assert texts == [texts[0]] * len(web)


def test_a_message_of_the_line_that_comes_to_all_processes_at_once_is_answered_once(
    running: Shop, web: list[WebProcess], customer: str
) -> None:
    at_once([partial(each.deliver, "catat#isi", customer, f"{customer}-0") for each in web])
    web[0].deliver("stop", customer, f"{customer}-last")
    first, last = sent_to(running, customer, 2)
    assert (first.split(" ")[1], last) == ("isi", "Baik.")
    assert len(saved(running, "catatan", customer)) == 1


def test_an_idempotency_key_that_comes_to_all_processes_at_once_sends_one_message(
    running: Shop, web: list[WebProcess], customer: str
) -> None:
    for number in range(ROUNDS):
        answers = at_once([partial(each.send, f"Ke-{number}", customer, key=f"{customer}-{number}") for each in web])
        assert answers == [answers[0]] * len(web)
        assert (answers[0].status, answers[0].body["message"]["status"]) == (200, 0)
    web[0].send("Terakhir", customer)
    assert sent_to(running, customer, ROUNDS + 1) == [*(f"Ke-{number}" for number in range(ROUNDS)), "Terakhir"]


def test_of_messages_with_one_idempotency_key_that_come_to_all_processes_at_once_one_is_taken(
    running: Shop, web: list[WebProcess], customer: str
) -> None:
    answers = at_once([partial(each.send, f"Dari {each.id}", customer, key=customer) for each in web])
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    taken = next(each for each, answer in zip(web, answers, strict=True) if answer.status == 200)
    web[0].send("Terakhir", customer)
    assert sent_to(running, customer, 2) == [f"Dari {taken.id}", "Terakhir"]


def test_changed_rules_are_taken_by_all_processes_and_broken_ones_by_none(running: Shop, web: list[WebProcess], customer: str) -> None:
    workers = {each.pid for each in running.workers}
    for each in web:
        wait_for_word(running, each, "lama", customer)
    assert workers_that_say(running, web, "lama") == workers

    replace_rules(running, rules("baru"))
    for each in web:
        wait_for_word(running, each, "baru", customer)
    assert workers_that_say(running, web, "baru") == workers

    replace_rules(running, "version: 1\nrules: rusak\n")
    for each in web:
        wait_for_health(running, each, "degraded")
    running.wait_until("four workers that say so", lambda: running.log.read_text().count("are not used") == len(workers), WITHIN)
    assert {words(each.write("siapa#1", customer)) for each in web} == {"baru"}
    assert workers_that_say(running, web, "baru") == workers

    replace_rules(running, rules("lagi"))
    for each in web:
        wait_for_health(running, each, "ok")
    assert {words(each.write("siapa#1", customer)) for each in web} == {"lagi"}
    assert workers_that_say(running, web, "lagi") == workers


def replace_rules(running: Shop, text: str) -> None:
    """Put other rules in the place of those of the shop."""
    written = running.home / "new.yaml"
    written.write_text(text)
    written.replace(running.home / "rules.yaml")


def words(answer: Answer) -> str:
    """The word of the rules by which a webhook call was answered."""
    return answer.texts[0].split(" ")[0]


def wait_for_word(running: Shop, web: WebProcess, word: str, customer: str) -> None:
    """Wait until a web process answers by rules with this word."""
    running.wait_until(f"an answer by {word}", lambda: words(web.write("siapa#1", customer)) == word, WITHIN)


def wait_for_health(running: Shop, web: WebProcess, status: str) -> None:
    """Wait until a web process says that it is so."""
    running.wait_until(f"a process that is {status}", lambda: web.health() == status, WITHIN)


def workers_that_say(running: Shop, web: list[WebProcess], word: str) -> set[int]:
    """The workers that answer messages of the line by rules with this word, once all of them do, or time is up."""
    found: set[int] = set()

    def has_all() -> bool:
        burst = [f"6281235{next(_numbers):06}" for _ in range(BURST)]
        for number, chat in enumerate(burst):
            web[number % len(web)].deliver("siapa#1", chat, chat)
        for chat in burst:
            said, _, process = sent_to(running, chat, 1)[0].split(" ")
            if said == word:
                found.add(int(process))
        return len(found) == len(running.workers)

    running.wait_until(f"all workers saying {word}", has_all, WITHIN)
    return found
