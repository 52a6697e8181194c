"""The language of a bot, and the built-in sentences for which a rule file has no words of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from zoneinfo import ZoneInfo

from flask_chatbot.core.language.formats import decimal_mark
from flask_chatbot.core.language.names import address
from flask_chatbot.core.language.vocabulary import Vocabulary, vocabulary_of

_ID = {
    "apology": "Maaf {sapaan}, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya.",
    "missing": "Mohon diisi ya.",
    "missing_choice": "Mohon dipilih salah satu: {options}.",
    "too_many_parts": "Isiannya ada {count}, sedangkan formatnya hanya {expected}.",
    "too_short": "Mohon ditulis lebih lengkap ya.",
    "too_long": "Mohon dipersingkat ya, maksimal {max} huruf.",
    "wrong_pattern": "Maaf, {value} belum sesuai formatnya. Mohon dicek lagi ya.",
    "not_integer": "Maaf, {value} belum bisa kami baca sebagai jumlah. Contoh: 3.",
    "not_number": "Maaf, {value} belum bisa kami baca sebagai angka. Contoh: 2,5.",
    "too_many_digits": "Angkanya terlalu panjang, maksimal {max} digit.",
    "too_small": "Minimal {min}.",
    "too_large": "Maksimal {max}.",
    "not_between": "Mohon isi angka dari {min} sampai {max}.",
    "wrong_unit": "Mohon ditulis dalam {units}. Contoh: 2 {units}.",
    "two_readings": "Maaf, {value} bisa berarti {first} atau {second}. Maksudnya yang mana?",
    "not_money": "Maaf, {value} belum bisa kami baca sebagai jumlah uang. Contoh: 50.000 atau 50rb.",
    "other_weekday": "Maaf, {date} itu hari {weekday}, bukan hari {value}. Mohon dicek lagi tanggalnya ya.",
    "week_or_day": "Maaf, {value} bisa berarti hari {first} atau satu pekan penuh. Mohon tulis tanggalnya ya.",
    "date_too_early": "Tanggalnya paling cepat {min}.",
    "date_too_late": "Tanggalnya paling lambat {max}.",
    "date_far_away": "Maaf, {date} terlalu jauh dari hari ini. Mohon dicek lagi tahunnya ya.",
    "closed_day": "Maaf, kami tutup pada {date}. Mohon pilih hari lain ya.",
    "not_time": "Maaf, {value} belum bisa kami baca sebagai jam. Contoh: 14.30 atau jam 2 siang.",
    "choose": "Pilihannya: {options}.",
    "time_not_between": "Mohon pilih jam dari {min} sampai {max}.",
    "time_too_early": "Jamnya paling cepat {min}.",
    "time_too_late": "Jamnya paling lambat {max}.",
    "closed_time": "Maaf, jam {time} kami tutup. Kami buka {hours}.",
    "email_guess": "Alamat emailnya {value}. Maksudnya {guess}?",
    "not_email": "Maaf, {value} belum bisa kami baca sebagai alamat email. Contoh: nama@contoh.com.",
    "not_phone": "Maaf, {value} belum bisa kami baca sebagai nomor telepon. Contoh: {example}.",
    "not_date": "Maaf, {value} belum bisa kami baca sebagai tanggal. Contoh: {example} atau besok.",
    "not_choice": "Maaf, {value} tidak ada di pilihan. Pilihannya: {options}.",
    "not_found": "Maaf, datanya tidak ada. Mohon dicek lagi ya.",
    "not_yesno": "Mohon dijawab *ya* atau *tidak*.",
    "not_image": "Mohon kirim fotonya di sini ya.",
    "not_document": "Mohon kirim dokumennya di sini ya, sebagai berkas.",
    "not_media": "Mohon kirim berkasnya di sini ya, misalnya foto atau dokumen.",
    "not_location": "Mohon kirim lokasinya di sini ya: ketuk tanda lampiran, lalu *Lokasi*.",
    "not_text": "Maaf {sapaan}, {what} belum bisa jadi jawaban di sini. Mohon dijawab dengan tulisan ya.",
    "invite": "Silakan kirim dengan format:",
    "still_wrong": "Maaf {sapaan}, masih ada yang perlu diperbaiki:",
    "send_again": "Silakan kirim ulang dengan format:",
    "brackets": "Bagian dalam [ ] boleh dikosongkan.",
    "and_more": "dan {count} lagi",
    "ask_field": "Silakan tulis *{label}*.",
    "form_skip": "(Kalau tidak ada, ketik *-*.)",
    "form_way_out": "(Mau berhenti? Ketik *batal*.)",
    "form_way_out_yesno": "(Mau berhenti? Ketik *stop*.)",
    "form_waits": "Baik {sapaan}, kami tunggu ya.",
    "form_noted": "Baik, sudah kami catat. {values}",
    "form_which": "Bagian mana yang mau diganti?",
    "given_twice": "{label} tertulis dua kali dan isinya berbeda. Mohon tulis lagi yang benar ya.",
    "lines_unknown": "Yang ini belum bisa kami catat: {lines}",
    "not_needed": "Tidak perlu diisi, jadi tidak kami catat: {lines}",
    "form_cancelled": "Baik {sapaan}, *{rule}* dibatalkan.",
    "form_given_up": "Tidak apa-apa {sapaan}, kita lanjutkan nanti ya. Ketik *lanjut* kalau sudah siap.",
    "form_aside": "Yang tadi belum selesai. Ketik *lanjut* untuk melanjutkan.",
    "form_aside_or_anew": "*{rule}* tadi belum selesai. Ketik *lanjut* untuk melanjutkan, atau *{keyword}* untuk mulai dari awal.",
    "menu_no_number": "Maaf {sapaan}, nomor {number} tidak ada. Silakan pilih:",
    "menu_back": "Kembali",
    "menu_choose": "Silakan pilih",
    "suggested": "Mungkin maksudnya:",
    "not_suggested": "Bukan itu",
    "declined": "Baik {sapaan}. Silakan tulis dengan kata lain ya.",
    "unsupported": "Maaf {sapaan}, pesan seperti ini belum bisa kami baca. Mohon ditulis saja ya.",
    "file_unfit": "Maaf {sapaan}, berkas itu tidak bisa dipakai: rusak, lain jenisnya, atau lebih dari 16 MB.",
    "notice": "Pesan dari {who} ({rule}):",
    "notice_saved": "Pesan dari {who} ({rule}, nomor {number}):",
    "row_moved": "{table} {number} ({name}): *{state}*.",
    "row_already": "{table} {number} ({name}) sudah *{state}* sejak {since}, oleh {by}.",
    "row_before": "Sebelumnya *{state}* sejak {since}, oleh {by}.",
    "row_untold": "Pelanggannya belum diberi tahu: {reason}",
    "row_which": "Nomor {number} ada lebih dari satu. Balas dengan salah satu:\n{rows}",
    "row_missing": "Tidak ada nomor {number} di {table}.",
    "given_back": "{name}: bot menjawab lagi.",
    "given_back_which": "Yang mana? Balas pemberitahuannya, atau tulis salah satu:\n{rows}",
    "given_back_nobody": "Tidak ada pelanggan yang menunggu Anda.",
    "row_guess": "Tidak ada keadaan *{state}*. Kalau ini maksudnya, balas dengan:\n{rows}",
    "slot_full": "Maaf {sapaan}, {slot} sudah penuh. Silakan pilih yang lain.",
    "all_full": "Maaf {sapaan}, tempatnya sudah penuh.",
    "date_time": "{date} pukul {time}",
    "kind_image": "foto",
    "kind_audio": "rekaman suara",
    "kind_video": "video",
    "kind_document": "dokumen",
    "kind_sticker": "stiker",
    "kind_location": "lokasi",
    "kind_contact": "kontak",
    "yes": "ya",
    "no": "tidak",
}
_EN = {
    "apology": "Sorry {sapaan}, something went wrong on our side. Please try again later.",
    "missing": "Please fill this in.",
    "missing_choice": "Please choose one: {options}.",
    "too_many_parts": "You filled in {count} parts, but the format has only {expected}.",
    "too_short": "Please write a little more.",
    "too_long": "Please keep it shorter: at most {max} characters.",
    "wrong_pattern": "Sorry, {value} does not have the right format. Please check it.",
    "not_integer": "Sorry, we could not read {value} as a whole number. Example: 3.",
    "not_number": "Sorry, we could not read {value} as a number. Example: 2.5.",
    "too_many_digits": "This number is too long: at most {max} digits, please.",
    "too_small": "At least {min}, please.",
    "too_large": "At most {max}, please.",
    "not_between": "Please give a number from {min} to {max}.",
    "wrong_unit": "Please write it in {units}. Example: 2 {units}.",
    "two_readings": "Sorry, {value} may mean {first} or {second}. Which one is it?",
    "not_money": "Sorry, we could not read {value} as an amount of money. Example: 50,000 or 50k.",
    "other_weekday": "Sorry, {date} is a {weekday}, not a {value}. Please write the date again.",
    "week_or_day": "Sorry, {value} may mean {first} or the whole week. Please write the date.",
    "date_too_early": "The earliest date is {min}.",
    "date_too_late": "The latest date is {max}.",
    "date_far_away": "Sorry, {date} is too far from today. Please check the year.",
    "closed_day": "Sorry, we are closed on {date}. Please choose another day.",
    "not_time": "Sorry, we could not read {value} as a time. Example: 2:30 pm.",
    "choose": "The choices are: {options}.",
    "time_not_between": "Please choose a time from {min} to {max}.",
    "time_too_early": "The earliest time is {min}.",
    "time_too_late": "The latest time is {max}.",
    "closed_time": "Sorry, we are closed at {time}. We are open {hours}.",
    "email_guess": "The email address is {value}. Did you mean {guess}?",
    "not_email": "Sorry, we could not read {value} as an email address. Example: name@example.com.",
    "not_phone": "Sorry, we could not read {value} as a phone number. Example: {example}.",
    "not_date": "Sorry, we could not read {value} as a date. Example: {example}, or tomorrow.",
    "not_choice": "Sorry, {value} is not one of the choices. They are: {options}.",
    "not_found": "Sorry, there is no such entry. Please check it and try again.",
    "not_yesno": "Please answer *yes* or *no*.",
    "not_image": "Please send the photo here.",
    "not_document": "Please send the document here, as a file.",
    "not_media": "Please send the file here, such as a photo or a document.",
    "not_location": "Please share the location here: tap the attachment sign, then *Location*.",
    "not_text": "Sorry {sapaan}, a {what} cannot be the answer here. Please write it.",
    "invite": "Please send it in this format:",
    "still_wrong": "Sorry {sapaan}, something still needs to be corrected:",
    "send_again": "Please send it again in this format:",
    "brackets": "Parts in [ ] may be left out.",
    "and_more": "and {count} more",
    "ask_field": "{label}, please.",
    "form_skip": "(If there is none, write *-*.)",
    "form_way_out": "(Want to stop? Write *cancel*.)",
    "form_way_out_yesno": "(Want to stop? Write *stop*.)",
    "form_waits": "Sure {sapaan}, take your time.",
    "form_noted": "Noted. {values}",
    "form_which": "Which part would you like to change?",
    "given_twice": "{label} was written twice, and the two differ. Please write the right one.",
    "lines_unknown": "We could not note this: {lines}",
    "not_needed": "Not needed, so not noted: {lines}",
    "form_cancelled": "All right {sapaan}, *{rule}* is cancelled.",
    "form_given_up": "No problem {sapaan}, we can go on later. Write *continue* when you are ready.",
    "form_aside": "You have not finished yet. Write *continue* to go on.",
    "form_aside_or_anew": "*{rule}* is not finished yet. Write *continue* to go on with it, or *{keyword}* to start again.",
    "menu_no_number": "Sorry {sapaan}, there is no number {number}. Please choose:",
    "menu_back": "Back",
    "menu_choose": "Please choose",
    "suggested": "Did you mean:",
    "not_suggested": "None of these",
    "declined": "All right {sapaan}. Please put it in other words.",
    "unsupported": "Sorry {sapaan}, we cannot read messages of this kind. Please write to us instead.",
    "file_unfit": "Sorry {sapaan}, that file cannot be used: it is damaged, of another kind, or larger than 16 MB.",
    "notice": "Message from {who} ({rule}):",
    "notice_saved": "Message from {who} ({rule}, number {number}):",
    "row_moved": "{table} {number} ({name}): *{state}*.",
    "row_already": "{table} {number} ({name}) is *{state}* already, since {since}, by {by}.",
    "row_before": "Before that it was *{state}*, since {since}, by {by}.",
    "row_untold": "The customer gets no message: {reason}",
    "row_which": "There are several with the number {number}. Reply with one of these:\n{rows}",
    "row_missing": "There is no number {number} in {table}.",
    "given_back": "{name}: the bot answers again.",
    "given_back_which": "Which one? Reply to the notice, or write one of these:\n{rows}",
    "given_back_nobody": "No customer is waiting for you.",
    "row_guess": "There is no state *{state}*. If this is what you mean, reply with:\n{rows}",
    "slot_full": "Sorry {sapaan}, {slot} is full. Please choose another.",
    "all_full": "Sorry {sapaan}, there is no place left.",
    "date_time": "{date} at {time}",
    "kind_image": "photo",
    "kind_audio": "recording",
    "kind_video": "video",
    "kind_document": "document",
    "kind_sticker": "sticker",
    "kind_location": "location",
    "kind_contact": "contact",
    "yes": "yes",
    "no": "no",
}
QUOTES = "\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
SENTENCES: Mapping[str, Mapping[str, str]] = {"id": _ID, "en": _EN}
CALLS = {"id": "Kak"}  # how people are addressed where `settings` has no `call`
SAPAAN = "sapaan"
PLACEHOLDER = re.compile(r"( ?)\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """A language as one bot speaks it: its name, its built-in sentences, and the words that it reads values with.

    `like` is the language of the package that stands in where nothing of its own is known; `babel` is the locale of dates and numbers.
    `call` is the word that people are addressed by, `sapaan` that word and the name of the person who is spoken to, where it is known.
    """

    name: str
    like: str
    babel: str
    sentences: Mapping[str, str]
    call: str = ""
    sapaan: str = ""
    own_vocabulary: Vocabulary | None = None

    def __str__(self) -> str:
        return self.name

    def addressing(self, profile: str) -> "Language":
        """The language as it speaks to a person, of whom the name in their profile is known, if any."""
        sapaan = address(self.call, profile) if profile else self.call
        return self if sapaan == self.sapaan else replace(self, sapaan=sapaan)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that values are written with."""
        return self.own_vocabulary or vocabulary_of(self.like)

    @property
    def full_date(self) -> str:
        """The form of a date with its weekday: Babel's, less the zero that its Indonesian puts ahead of a day."""
        return "EEEE, d MMMM y" if self.babel == "id" else "full"

    @property
    def marks(self) -> tuple[str, str]:
        """The marks between thousands, and ahead of decimals."""
        return marks_of(self.babel)


# Of the languages that come with the package: most files are in one of them, and then Babel need not be loaded.
_MARKS = {"id": (".", ","), "en": (",", ".")}


@cache
def marks_of(babel: str) -> tuple[str, str]:
    """The marks that a locale writes between thousands, and ahead of decimals: a stop and a comma, one way or the other.

    >>> marks_of("id"), marks_of("en")
    (('.', ','), (',', '.'))
    """
    return _MARKS.get(babel) or _MARKS["id" if decimal_mark(babel) == "," else "en"]


@cache
def language_of(name: str) -> Language:
    """A language that comes with the package.

    >>> str(language_of("id")), "lusa" in language_of("id").vocabulary.away
    ('id', True)
    """
    call = CALLS.get(name, "")
    return Language(name=name, like=name, babel=name, sentences=built_in(name, addresses=False), call=call, sapaan=call)


def built_in(name: str, addresses: bool) -> dict[str, str]:
    """The sentences of a language of the package; they address people only where the rules say how."""
    return {key: text if addresses else text.replace(f" {{{SAPAAN}}}", "") for key, text in SENTENCES[name].items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """Language of built-in sentences, time zone of dates, country of local telephone numbers."""

    language: Language = field(default_factory=lambda: language_of("id"))
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Jakarta"))
    country: str = "ID"


def is_month_first(language: Language, country: str) -> bool:
    """True if short dates have the month before the day: in English, in the United States.

    >>> [is_month_first(language_of(name), country) for name, country in (("en", "US"), ("en", "ID"), ("id", "US"))]
    [True, False, False]
    """
    return language.babel == "en" and country == "US"


def say(language: Language, key: str, **values: object) -> str:
    """The sentence of that key, with the values filled in.

    >>> say(language_of("id"), "too_small", min=5)
    'Minimal 5.'
    """
    text = language.sentences[key]
    said = PLACEHOLDER.sub(lambda found: filled_in(found, {SAPAAN: language.sapaan, **values}), text)
    return said if language.sapaan or not text.startswith(f"{{{SAPAAN}}}") else capitalized(said.lstrip(" ,.!:;-"))


def filled_in(found: re.Match[str], values: Mapping[str, object]) -> str:
    """The value of a placeholder, with the space ahead of it unless nobody is addressed; what is no placeholder stays as it is."""
    space, name = found.groups()
    if name not in values:
        return found[0]
    value = str(values[name])
    return f"{space}{value}" if value or name != SAPAAN else ""


def capitalized(text: str) -> str:
    """The text with a capital first letter, and all others as they are."""
    return text[:1].upper() + text[1:]


def clip(text: str, limit: int) -> str:
    r"""The text on one line of at most `limit` characters; dots replace anything cut.

    >>> clip("dua  baris\npanjang", 10), clip("pendek", 10)
    ('dua bar...', 'pendek')
    """
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3].rstrip() + "..."


def quote(value: str) -> str:
    """A customer's words for use in a sentence: on one line, at most 60 characters, in quotes, those of their own left out.

    >>> quote("bukan email"), quote('"2"')
    ('"bukan email"', '"2"')
    """
    return f'"{clip(value.strip().strip(QUOTES), 60)}"'
