from datetime import datetime

MONDAY = datetime(2026, 11, 23, 9)


def test_two_kilos_cost_as_much_as_three(chat):
    chat.at = MONDAY
    for text in ["jemput", "Jl. Melati 5", "2", "besok"]:
        chat.says(text)
    assert "Rp24.000" in chat.says("ya")
    assert chat.last.rule == "jemput"


def test_the_owner_learns_that_the_laundry_is_done(chat):
    assert chat.person("6281234567890").says("status#7") == "Cucian 7 sudah selesai."


def test_nobody_else_does(chat):
    assert "Cucian 7 tidak ada." in chat.says("status#7")
