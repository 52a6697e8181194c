def test_a_buyer_sees_how_far_the_order_is(chat):
    assert chat.person("6281234567890").says("status#12") == "Pesanan 12 sedang dikirim."


def test_nobody_learns_of_another_s_order(chat):
    assert "Pesanan 12 tidak ada." in chat.person("628999999999").says("status#12")
