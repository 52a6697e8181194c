PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def test_the_photo_is_kept_and_staff_hear_of_it(budi, staff, tmp_path):
    budi.sends(image=PNG, caption="bukti#12")
    (answer,), (notice,) = budi.waits_for(1), staff.waits_for(1)
    assert answer.reply.text == "Terima kasih, bukti untuk pesanan 12 kami periksa."
    assert notice.reply.text == "foto bukti pesanan 12 dari Kak Budi, baris 1"
    assert [path.read_bytes() for path in tmp_path.glob("media/*/*")] == [PNG]


def test_a_text_that_calls_itself_a_photo_is_not_taken(budi):
    budi.writes("bukti#12")
    budi.waits_for(1)
    budi.sends(image=b"bukan foto", name="bukti.jpg")
    assert budi.waits_for(2)[1].reply.text.startswith("Mohon kirim fotonya di sini ya.")
