"""The table of the suite that every transport passes, from the record of a run: `python -m tools.conformance` makes another."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

RECORD = Path(__file__).with_name("conformance.json")
PASSED = "passed"
Results = Mapping[str, Mapping[str, str]]  # by way and test: "passed", or why it was left out

# The tests by their names, in Indonesian.
TESTS = {
    "test_it_has_a_name_that_fits_into_an_address_and_a_database": "Namanya muat di alamat dan di database",
    "test_closing_twice_is_closing": "Ditutup dua kali berarti ditutup",
    "test_it_may_be_opened_again": "Bisa dibuka lagi",
    "test_what_is_written_while_it_is_closed_comes_in_when_it_is_opened_again": "Yang ditulis selagi tertutup masuk saat dibuka lagi",
    "test_a_connected_phone_tells_its_number_and_no_code": "Ponsel yang terhubung menyebut nomornya, bukan kode",
    "test_a_phone_that_was_logged_out_shows_a_code_to_scan_and_then_is_connected": (
        "Ponsel yang dikeluarkan menampilkan kode untuk dipindai, lalu terhubung"
    ),
    "test_what_a_customer_writes_comes_in_with_sender_and_id": "Tulisan pelanggan masuk dengan pengirim dan id",
    "test_what_is_written_in_a_group_comes_in_with_the_group": "Yang ditulis di grup masuk dengan grupnya",
    "test_a_message_that_comes_in_twice_has_one_id_and_another_message_another": (
        "Pesan yang masuk dua kali punya satu id, pesan lain punya id lain"
    ),
    "test_messages_that_come_in_together_keep_their_order": "Pesan yang masuk bersamaan tetap urut",
    "test_what_was_not_kept_comes_again": "Yang gagal disimpan datang lagi",
    "test_the_names_of_a_sender_come_in_together": "Nama-nama seorang pengirim masuk bersama",
    "test_what_the_owner_writes_by_hand_is_told_with_whom_it_went_to_and_is_no_message": (
        "Tulisan tangan pemilik diberitahukan dengan tujuannya, dan bukan pesan"
    ),
    "test_a_file_is_fetched_when_somebody_asks_and_not_before": "Berkas diambil saat diminta, tidak sebelumnya",
    "test_a_file_as_large_as_may_be_is_fetched_whole": "Berkas sebesar batasnya diambil utuh",
    "test_a_file_that_drips_is_left_within_the_deadline_and_fetched_later": (
        "Berkas yang datang setetes demi setetes ditinggalkan pada waktunya, dan diambil nanti"
    ),
    "test_a_file_that_is_too_large_is_refused": "Berkas yang terlalu besar ditolak",
    "test_whatever_calls_it_is_answered_and_trips_up_nothing": "Panggilan apa pun dijawab, dan tidak menjatuhkan apa-apa",
    "test_what_nobody_signed_brings_nothing": "Yang tidak ditandatangani tidak membawa apa-apa",
    "test_every_kind_of_reply_is_taken_or_refused_with_a_sentence": "Setiap jenis balasan diterima, atau ditolak dengan kalimat",
    "test_a_text_arrives_as_it_was_written": "Teks sampai persis seperti ditulis",
    "test_a_file_arrives_as_it_is": "Berkas sampai apa adanya",
    "test_a_message_quotes_one_that_came_in": "Pesan mengutip yang masuk",
    "test_a_reaction_goes_on_a_message_that_came_in_and_is_no_text": "Reaksi menempel pada pesan yang masuk, dan bukan teks",
    "test_it_shows_that_an_answer_is_on_its_way": "Menampilkan bahwa jawaban sedang dibuat",
    "test_a_message_may_be_sent_again_under_its_id": "Pesan boleh dikirim lagi dengan id-nya",
    "test_threads_share_it": "Beberapa thread memakainya bersama",
    "test_receipts_carry_the_id_that_send_returned_and_never_more_than_was_told": (
        "Tanda terima membawa id dari pengirimannya, dan tidak lebih dari yang terjadi"
    ),
    "test_receipts_may_come_before_the_answer_and_in_any_order": "Tanda terima boleh datang sebelum jawabannya, dalam urutan apa pun",
    "test_who_can_never_be_reached_is_refused_without_naming_them": "Yang tidak akan pernah terjangkau ditolak tanpa menyebut siapa",
    "test_groups_are_listed_with_their_names": "Grup didaftar dengan namanya",
    "test_who_has_whatsapp_is_told": "Memberi tahu siapa yang punya WhatsApp",
    "test_what_is_refused_for_good_is_refused_with_a_sentence": "Yang ditolak selamanya ditolak dengan kalimat",
    "test_what_fails_for_now_is_to_be_tried_later_and_then_arrives": "Yang gagal untuk sementara dicoba lagi, lalu sampai",
    "test_a_message_whose_answer_is_lost_is_to_be_tried_later": "Pesan yang jawabannya hilang dicoba lagi",
    "test_the_receipts_of_a_message_whose_answer_was_lost_find_it": "Tanda terima menemukan pesan yang jawabannya hilang",
    "test_another_side_that_says_nothing_is_left_within_the_deadline": "Pihak seberang yang diam ditinggalkan pada waktunya",
    "test_another_side_that_drips_is_left_within_the_deadline": "Pihak seberang yang menetes ditinggalkan pada waktunya",
    "test_an_answer_that_is_not_understood_is_to_be_tried_later": "Jawaban yang tidak dimengerti berarti coba lagi",
    "test_a_key_that_is_refused_costs_no_message": "Kunci yang ditolak tidak menghilangkan pesan",
    "test_without_a_connection_everything_is_to_be_tried_later_and_nothing_is_lost": (
        "Tanpa sambungan semuanya dicoba lagi, dan tidak ada yang hilang"
    ),
    "test_no_log_no_error_and_no_repr_shows_a_secret_a_text_or_a_number": (
        "Tidak ada log, galat, atau repr yang menampilkan rahasia, teks, atau nomor"
    ),
    "test_no_question_and_no_file_shows_a_secret": "Tidak ada pertanyaan dan tidak ada berkas yang menampilkan rahasia",
    "test_what_comes_in_three_times_is_answered_once": "Yang masuk tiga kali dijawab sekali",
    "test_what_comes_in_together_is_answered_in_its_order": "Yang masuk bersamaan dijawab menurut urutannya",
    "test_two_names_that_come_together_are_one_person_from_then_on": "Dua nama yang datang bersama adalah satu orang sejak itu",
    "test_where_the_owner_writes_by_hand_the_bot_falls_silent_for_that_person_alone": (
        "Saat pemilik menulis sendiri, bot diam untuk orang itu saja"
    ),
    "test_a_process_that_is_killed_in_the_middle_loses_nothing": "Proses yang dimatikan di tengah jalan tidak kehilangan apa-apa",
}
WORDS = (
    {
        "test": "test",
        "of": "{} of {}",
        "passed": "passed",
        "none": "-",
        "why": "way",
        "reason": "why a test was left out",
        "tests": "tests",
    },
    {
        "test": "tes",
        "of": "{} dari {}",
        "passed": "lulus",
        "none": "-",
        "why": "jalan",
        "reason": "mengapa tes ditinggalkan",
        "tests": "tes",
    },
)


def read_record() -> Results:
    """The results of the last recorded run."""
    found: Results = json.loads(RECORD.read_text("utf-8"))
    return found


def conformance(language: int = 0, results: Results | None = None) -> str:
    """The table of all tests and ways, and why some were left out: in English, or in Indonesian for 1."""
    results = read_record() if results is None else results
    words = WORDS[language]
    names = list(dict.fromkeys(bare(test) for tests in results.values() for test in tests))
    heads = " | ".join(f"`{way}`" for way in results)
    lines = [f"| {words['test']} | {heads} |", "|---|" + "---|" * len(results)]
    for name in sorted(names, key=list(TESTS).index):
        cells = " | ".join(cell(name, tests, language) for tests in results.values())
        lines.append(f"| {titled(name, language)} | {cells} |")
    return "\n".join([*lines, "", *left_out(results, language)])


def bare(test: str) -> str:
    """The name of a test without its parameters.

    >>> bare("test_a_file_arrives_as_it_is[image]")
    'test_a_file_arrives_as_it_is'
    """
    return test.partition("[")[0]


def titled(name: str, language: int) -> str:
    """A test's name as a sentence without its point."""
    return TESTS[name] if language else name.removeprefix("test_").replace("_", " ").capitalize()


def cell(name: str, tests: Mapping[str, str], language: int) -> str:
    """The results of one test, of all its parameters, in a few letters."""
    found = [result for test, result in tests.items() if bare(test) == name]
    passed, words = found.count(PASSED), WORDS[language]
    if passed == len(found):
        return words["passed"] if found else words["none"]
    return words["of"].format(passed, len(found)) if passed else words["none"]


def left_out(results: Results, language: int) -> Iterator[str]:
    """The reasons for which tests were left out, by way, each with the number of tests."""
    words = WORDS[language]
    yield from (f"| {words['why']} | {words['reason']} | {words['tests']} |", "|---|---|---|")
    for way, tests in results.items():
        counts = Counter(result for result in tests.values() if result != PASSED)
        yield from (f"| `{way}` | {REASONS[reason] if language else reason} | {count} |" for reason, count in counts.most_common())


# The reasons, in Indonesian.
REASONS = {
    "A gateway of this contract hands on no files.": "Gateway dengan kontrak ini tidak meneruskan berkas.",
    "Customers' messages come in by the webhook, which answers in its response.": (
        "Pesan pelanggan masuk lewat webhook, yang menjawab dalam responsnya."
    ),
    "It cannot check numbers.": "Tidak bisa memeriksa nomor.",
    "It has no code to scan.": "Tidak punya kode untuk dipindai.",
    "It has no groups.": "Tidak punya grup.",
    "It tells nothing of what became of a message.": "Tidak memberi tahu nasib sebuah pesan.",
    "It tells nothing of what the owner writes.": "Tidak memberi tahu apa yang ditulis pemilik.",
    "Its capabilities have no buttons.": "Tidak punya tombol.",
    "Its capabilities have no lists.": "Tidak punya daftar.",
    "Its capabilities have no quotes.": "Tidak punya kutipan.",
    "Its capabilities have no reactions.": "Tidak punya reaksi.",
    "Its capabilities have no stickers.": "Tidak punya stiker.",
    "Its capabilities have no templates.": "Tidak punya templat.",
    "Its capabilities have no typing.": "Tidak bisa menampilkan sedang mengetik.",
    "Its other side does not know the ids of our messages.": "Pihak seberangnya tidak tahu id pesan kita.",
    "Its other side fetches files from their addresses.": "Pihak seberangnya mengambil berkas dari alamatnya.",
    "Nobody calls it.": "Tidak ada yang memanggilnya.",
    "Telegram has one id for each person, which never changes.": "Telegram punya satu id untuk tiap orang, yang tidak pernah berubah.",
    "Telegram tells nothing of what became of a message.": "Telegram tidak memberi tahu nasib sebuah pesan.",
    "The files are in memory.": "Berkasnya ada di memori.",
    "The phones are in the memory of the process that would be killed.": "Ponselnya ada di memori proses yang akan dimatikan.",
    "There is no other side: the phones are in memory.": "Tidak ada pihak seberang: ponselnya ada di memori.",
}
