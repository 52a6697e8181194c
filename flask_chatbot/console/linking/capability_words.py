"""The words for what a connection to WhatsApp can and cannot do, and for what limits it."""

from flask_chatbot.core.translation.translatable import tr

ABILITIES = {
    "buttons": tr("send buttons"),
    "lists": tr("send lists to choose from"),
    "stickers": tr("send stickers"),
    "quotes": tr("quote a message in the answer"),
    "reactions": tr("put an emoji on a message"),
    "templates": tr("send templates that WhatsApp has approved"),
    "typing": tr("show that an answer is being written"),
    "edits": tr("hear of changed and deleted messages"),
    "echoes": tr("hear of what you write on the bot's own phone"),
    "groups": tr("read and write in groups"),
    "check_number": tr("check if a number has WhatsApp"),
    "qr": tr("be linked by a QR code"),
    "own_ids": tr("repeat a send without sending it twice"),
    "receipts": tr("tell what was delivered and read"),
    "phone_always_known": tr("know everybody's number"),
    "by_number": tr("write first, to any telephone number"),
    "fetches_files": tr("fetch files from their addresses by itself"),
}
LIMITS = {
    "window_24h": tr("later than 24 hours after somebody wrote, only templates go to them"),
    "strangers_limited": tr("WhatsApp cuts it off from strangers if it writes to many of them"),
}
