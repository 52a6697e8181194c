def test_the_bot_keeps_quiet_for_this_customer_and_for_nobody_else(whatsapp, budi, staff):
    budi.writes("komplain")
    budi.writes("Kopinya datang basah semua")
    assert (
        budi.waits_for(2)[-1].reply.text
        == "Terima kasih, keluhan nomor 1 dibaca admin kami sekarang."
    )
    (arrived,) = staff.waits_for(1)
    assert "Kopinya datang basah semua" in arrived.reply.text
    budi.writes("pesan")
    ani = whatsapp.phone("6281298765432", name="Ani")
    ani.writes("pesan")
    assert ani.waits_for(1)[0].reply.text == "Atas nama siapa, Kak?"
    assert len(budi.received) == 2
