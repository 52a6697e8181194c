def test_an_order_is_confirmed_kept_and_reported_to_staff(budi, staff):
    for number, text in enumerate(["pesan", "Budi", "kopi", "3", "24/11/2099", "ya"], 1):
        budi.writes(text)
        budi.waits_for(number)
    assert budi.replies[-1].text == "Siap Budi, pesanan nomor 1."
    (arrived,) = staff.waits_for(1)
    assert arrived.reply.text.splitlines() == [
        "Pesan dari Budi +62 812-3456-7890 (pesan, nomor 1):",
        "Nama: Budi",
        "Barang: kopi",
        "Jumlah: 3",
        "Tanggal: 2099-11-24",
    ]
