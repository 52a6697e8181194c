"""The world around a bot at Telegram, for the tests that every transport passes."""

import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

from flask_chatbot.testing.transports import World
from flask_chatbot.testing.transports.worlds import BUDI, GROUP, OTHERS
from flask_chatbot.transports.telegram.transport import Telegram
from tests.transports.telegram.bot_api import CONFIG, ME, PAGE, TOKEN, USERNAME, BotApi, Call, Node, shown

ONE_ID = "Telegram has one id for each person, which never changes."
NO_PHONE = "A bot at Telegram has no phone to log in."
PUBLIC = {"CHATBOT_TELEGRAM_UPDATES": "webhook"}


class TelegramWorld(World):
    leaves_out: ClassVar[Mapping[str, str]] = {
        "aliases": ONE_ID,
        "writes_as": ONE_ID,
        "log_out": NO_PHONE,
        "scan": NO_PHONE,
        "reports_early": "Telegram tells nothing of what became of a message.",
    }
    secrets = (TOKEN,)
    updates = "polling"

    def __init__(self, deadline: float = World.deadline) -> None:
        self.deadline = deadline
        self.api = BotApi()
        self.api.people |= {int(BUDI), -int(GROUP), *map(int, OTHERS)}
        self.telegram = Telegram(TOKEN, updates=self.updates, url=self.api.url, deadline=self.deadline, poll=1.0)  # type: ignore[arg-type]
        self.transport = self.telegram

    def settle(self) -> None:
        self.api.settle()

    def message(self, sender: str = BUDI, group: str = "", **content: object) -> Node:
        """A message as Telegram writes it."""
        chat = {"id": -int(group), "type": "supergroup", "title": "Tim Toko"} if group else {"id": int(sender), "type": "private"}
        user = {"id": int(sender), "is_bot": False, "first_name": "Budi", "username": "budi_s", "language_code": "id"}
        return {
            "message_id": self.api.message_id(-int(group) if group else int(sender)),
            "from": user,
            "chat": chat,
            "date": int(time.time()),
            **content,
        }

    def writes(self, text: str, *, sender: str = BUDI, group: str = "", times: int = 1) -> None:
        written = self.message(sender, group, text=f"@{USERNAME} {text}" if group else text)
        for _ in range(times):
            self.api.happens(message=written)
        self.brings()

    def writes_at_once(self, texts: Sequence[str]) -> None:
        with self.api.changed:
            for text in texts:
                self.api.happens(message=self.message(text=text))
        self.brings()

    def brings(self) -> None:
        """Bring what was written to a webhook, if there is one."""
        if self.api.webhook["url"] and not self.api.is_down:
            self.api.bring()

    def sends_file(self, content: bytes, caption: str = "") -> None:
        self.api.files["AgACAgUAAx"] = content
        sizes = [{"file_id": "small", "file_size": 9, "width": 9, "height": 9}]
        sizes.append({"file_id": "AgACAgUAAx", "file_size": len(content), "width": 90, "height": 90})
        self.api.happens(message=self.message(photo=sizes, **({"caption": caption} if caption else {})))
        self.brings()

    def arrived(self) -> Sequence[tuple[str, str]]:
        with self.api.changed:
            found = [values for method, values in self.api.arrived if method == "sendMessage" and "reply_markup" not in values]
        return [(self.chat_name(values["chat_id"]), shown(values)) for values in found]

    def files_arrived(self) -> Sequence[bytes]:
        with self.api.changed:
            return [content for _, values in self.api.arrived for content in values["files"].values()]

    def drips_file(self) -> None:
        self.api.drips_file = True

    def chat_of(self, number: str) -> str:
        return f"{number}@telegram"

    def chat_name(self, chat: int) -> str:
        return f"{-chat}@g.us" if chat < 0 else f"{chat}@telegram"

    def refuses(self) -> None:
        self.api.troubles.append(lambda call: call.refuse(403, "Forbidden: bot was blocked by the user"))

    def fails(self) -> None:
        self.api.troubles.append(lambda call: call.refuse(429, "Too Many Requests: retry after 3", retry_after=3))

    def loses_answer(self) -> None:
        self.api.troubles.append(Call.lose_answer)

    def hangs(self) -> None:
        self.api.troubles.append(Call.hang)

    def drips(self) -> None:
        self.api.troubles.append(Call.drip)

    def babbles(self) -> None:
        self.api.troubles.append(lambda call: call.write(502, PAGE, "text/html"))

    def refuses_key(self) -> None:
        self.api.token = "another"

    def disconnect(self) -> None:
        self.api.is_down = True

    def reconnect(self) -> None:
        self.api.is_down = False
        self.brings()

    def environ(self) -> Mapping[str, str]:
        return {**CONFIG, "CHATBOT_TELEGRAM_URL": self.api.url, "CHATBOT_PACE": "100/second"}

    def close(self) -> None:
        self.api.end()


class WebhookWorld(TelegramWorld):
    """The same, where Telegram brings the updates."""

    updates = "webhook"

    def environ(self) -> Mapping[str, str]:
        return {**super().environ(), "CHATBOT_TELEGRAM_UPDATES": "webhook"}


__all__ = ["ME", "TelegramWorld", "WebhookWorld"]
