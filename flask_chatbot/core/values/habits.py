"""Words that people write in place of a key or a value of rule files, and a guess at what was meant: out of habit, or by a typing error."""

from collections.abc import Iterable
from typing import NamedTuple

from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.problems import nearest, suggestion

_QUOTES = "\"'\u2018\u2019\u201a\u201c\u201d\u201e"

# Our word, and what people write for it in Indonesian and English. A word may stand in several lines: the first that a place takes counts.
_HABITS = (
    ("version", "versi"),
    ("include", "sertakan impor import imports includes"),
    ("settings", "pengaturan setelan setting config configuration konfigurasi options bot"),
    ("synonyms", "sinonim persamaan synonym alias aliases"),
    ("vars", "variabel variable variables var nilai data"),
    ("rules", "aturan peraturan daftar_aturan intents intent commands perintah"),
    ("language", "bahasa lang locale"),
    ("timezone", "zona_waktu zona time_zone tz waktu wib"),
    ("country", "negara"),
    ("groups", "grup group kelompok"),
    ("staff", "staf karyawan pegawai petugas tim team"),
    ("hours", "jam jam_buka jam_kerja jam_operasional operasional jadwal buka opening_hours open schedule libur holidays tutup"),
    ("ignore", "kata_abaikan abaikan stopwords stop_words"),
    ("name", "nama id judul title nama_aturan label"),
    ("keyword", "kata_kunci katakunci kunci kata keywords key trigger triggers pemicu perintah command commands input kalau_tulis"),
    ("pattern", "pola regex regexp patterns"),
    ("contains", "mengandung berisi memuat contain include includes kata_dalam"),
    ("similar", "mirip serupa seperti like fuzzy"),
    ("sends", "mengirim kirim_media media_type jenis_pesan receives menerima terima message_type"),
    ("fallback", "default cadangan lainnya lain tidak_paham otherwise_reply unknown"),
    ("priority", "prioritas urutan order weight"),
    ("when", "jika kalau bila apabila ketika saat if condition conditions kondisi syarat"),
    ("otherwise", "else selain_itu kalau_tidak jika_tidak sebaliknya"),
    ("once_per", "sekali_per sekali once cooldown throttle"),
    ("fields", "isian kolom field parameter parameters params args arguments form formulir data bagian"),
    ("question", "pertanyaan tanya prompt tanyakan soal"),
    ("ask", "tanya tanyakan bertanya questions pertanyaan form formulir flow steps"),
    ("confirm", "konfirmasi pastikan confirmation"),
    ("options", "pilihan opsi choices option values daftar enum"),
    ("menu", "pilihan opsi options choices buttons tombol daftar list menus"),
    ("save", "simpan catat store record"),
    ("notify", "beritahu beri_tahu kabari notifikasi notification notif alert"),
    ("to", "kepada ke untuk penerima tujuan recipient nomor number"),
    ("pause", "jeda diam berhenti mute handover"),
    ("subscribe", "langganan berlangganan subscription"),
    ("forward", "teruskan webhook kirim_ke redirect"),
    ("failed", "gagal on_error error on_failure"),
    ("needs", "butuh perlu membutuhkan requires need"),
    ("on_invalid", "jika_salah kalau_salah on_error"),
    ("invalid", "salah tidak_valid"),
    ("reply", "balas balasan jawab jawaban respon respons response responses replies answer answers output pesan kirim message send"),
    ("tests", "uji tes test ujian pengujian contoh"),
    # replies
    ("text", "teks pesan message isi body tulisan kata content"),
    ("image", "gambar foto img picture photo pic gbr images gif"),
    ("audio", "suara voice sound musik lagu vn ptt"),
    ("video", "vidio film clip"),
    ("document", "dokumen berkas file pdf doc attachment lampiran"),
    ("sticker", "stiker stikers stickers"),
    ("reaction", "reaksi react emoji emotikon"),
    ("location", "lokasi tempat maps map alamat peta place koordinat"),
    ("contact", "kontak vcard nomor_kontak"),
    ("one_of", "acak random salah_satu pilih_satu any"),
    ("url", "link tautan alamat src href uri source"),
    ("caption", "keterangan teks text judul pesan"),
    ("filename", "nama_file nama_berkas name nama file_name"),
    ("lat", "latitude lintang"),
    ("lng", "longitude lon long bujur"),
    ("numbers", "nomor number no phone phones telepon telp hp wa nohp no_hp"),
    ("weight", "bobot peluang"),
    # fields
    ("type", "tipe jenis kind format"),
    ("optional", "opsional boleh_kosong tidak_wajib"),
    ("default", "bawaan awal nilai_awal"),
    ("rest", "sisa sisanya"),
    ("min", "minimal minimum paling_sedikit"),
    ("max", "maksimal maksimum maximum paling_banyak"),
    ("error", "pesan_salah kesalahan error_message message"),
    ("integer", "angka bilangan bulat bilangan_bulat int nomor jumlah number"),
    ("number", "desimal pecahan float decimal angka uang money harga"),
    ("email", "surel e-mail mail"),
    ("phone", "telepon telpon telp hp no_hp nohp nomor_hp wa whatsapp tel handphone"),
    ("date", "tanggal tgl hari datetime"),
    ("choice", "pilihan opsi select enum options dropdown radio"),
    ("yesno", "ya/tidak ya_tidak yatidak boolean bool yes/no checkbox"),
    ("text", "string str kalimat nama"),
    ("image", "gambar foto img picture photo bukti"),
    ("document", "dokumen berkas file pdf doc lampiran"),
    ("media", "file berkas lampiran attachment upload"),
    ("location", "lokasi tempat maps map peta koordinat"),
    ("audio", "suara voice vn rekaman"),
    # placeholders of sentences
    ("value", "nilai isi jawaban isian"),
    ("values", "nilai isi isian"),
    ("example", "contoh misal"),
    ("count", "jumlah banyak banyaknya"),
    ("expected", "seharusnya diharapkan"),
    ("first", "pertama satu"),
    ("second", "kedua dua"),
    ("weekday", "hari"),
    ("units", "satuan unit"),
    ("label", "nama judul isian field"),
    ("lines", "baris isi"),
    ("rule", "aturan nama"),
    ("number", "nomor no"),
    ("who", "siapa pengirim nama"),
    ("what", "apa jenis isi"),
    ("guess", "tebakan dugaan maksud"),
    ("sapaan", "nama name call panggilan kak"),
    # conditions
    ("open", "buka opened is_open"),
    ("days", "hari day weekday weekdays"),
    ("time", "jam waktu pukul hour hours"),
    ("dates", "tanggal tgl date"),
    ("chat", "obrolan percakapan"),
    ("from", "dari pengirim sender"),
    ("not_from", "bukan_dari kecuali except"),
    ("line", "jalur session sesi"),
    ("first_contact", "kontak_pertama pertama first baru new"),
    # tests and forwards
    ("send", "kirim tulis says user input pesan"),
    ("talk", "percakapan dialog"),
    ("reply_has", "berisi contains has balasan_berisi"),
    ("webhookkey", "kunci key secret token"),
    ("timeout", "batas_waktu"),
    # values
    ("id", "indonesia indonesian bahasa_indonesia indo"),
    ("en", "english inggris bahasa_inggris"),
    ("ID", "indonesia +62 62"),
    ("MY", "malaysia +60 60"),
    ("SG", "singapore singapura +65 65"),
    ("never", "tidak jangan no false off none tidak_pernah"),
    ("keywords", "kata_kunci keyword"),
    ("all", "semua true yes ya always selalu"),
    ("private", "pribadi japri personal privat"),
    ("group", "grup groups kelompok"),
    ("ask", "tanya ulangi"),
    ("explain", "jelaskan terangkan"),
    ("reply", "balas"),
    ("true", "ya yes y on benar iya betul"),
    ("false", "tidak no n off salah bukan nggak"),
    ("closed", "libur off tutup tutup_total close holiday"),
    ("mon-sun", "setiap_hari tiap_hari semua_hari everyday every_day daily all_days senin_minggu"),
    ("mon-fri", "hari_kerja weekdays weekday workdays working_days"),
    ("sat,sun", "akhir_pekan weekend weekends"),
    ("00.00-24.00", "24_jam 24jam 24/7 24_hours 24h seharian sepanjang_hari all_day allday nonstop"),
    ("Asia/Jakarta", "wib gmt+7 utc+7 +7 gmt+07:00 utc+07:00 +07:00"),
    ("Asia/Makassar", "wita gmt+8 utc+8 +8 gmt+08:00 utc+08:00 +08:00"),
    ("Asia/Jayapura", "wit gmt+9 utc+9 +9 gmt+09:00 utc+09:00 +09:00"),
)  # fmt: skip


DASHES = ("s/d", "s.d.", "s.d", "sd", "sampai dengan", "sampai", "hingga", "to", "until", "till", "through", "thru")
COMMAS = ("dan", "and", "&", "serta", "+")
_MONTHS = (
    "januari january jan",
    "februari february feb pebruari",
    "maret march mar",
    "april apr",
    "mei may",
    "juni june jun",
    "juli july jul",
    "agustus august agu aug ags agt",
    "september sep sept",
    "oktober october okt oct",
    "november nov nopember",
    "desember december des dec",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}


def _by_habit() -> dict[str, list[str]]:
    meant: dict[str, list[str]] = {}
    for word, habits in _HABITS:
        for habit in habits.split():
            meant.setdefault(habit, []).append(word)
    return meant


_MEANT = _by_habit()


class Meaning(NamedTuple):
    """The word probably meant, empty if nobody can tell, and a sentence to follow the fact; `is_sure` of a habit, not of a likeness."""

    word: str = ""
    way_out: Translatable = NO_MESSAGE
    is_sure: bool = False


def guess(word: str, known: Iterable[str]) -> Meaning:
    """Guess which of the words that are known somewhere was meant.

    >>> guess("Balas", ["reply", "name"])
    Meaning(word='reply', way_out=" Write 'reply'.", is_sure=True)
    >>> guess("repply", ["reply", "name"]).way_out, guess("xyz", ["reply"]).way_out
    (" Did you mean 'reply'?", '')
    """
    known = list(known)
    if meant := by_habit(word, known):
        return Meaning(meant, tr(" Write {word!r}.", word=meant), is_sure=True)
    near = nearest(word, [each for each in known if len(word) < 2 * len(each)])  # no typing error doubles a word
    return Meaning(near, suggestion(near)) if near else Meaning()


def by_habit(word: str, known: Iterable[str]) -> str:
    """The word of ours that people mean by another; nothing where there is no such habit.

    >>> by_habit("Kata Kunci", ["keyword", "reply"]), by_habit("repply", ["reply"])
    ('keyword', '')
    """
    plain = "_".join(word.strip(_QUOTES + " ").casefold().split())
    known = {each.casefold(): each for each in known}
    return known.get(plain) or next((known[each.casefold()] for each in _MEANT.get(plain, ()) if each.casefold() in known), "")
