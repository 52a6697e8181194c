"""Registering Python functions: what is taken, what is refused, and in which words."""

import functools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot import Chatbot, ConfigError, HandlerError, Invalid, Message, RulesError
from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.conversation.memory import ShortMemory
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.values.replies import Text
from flask_chatbot.core.values.sent import FileValue, PlaceValue
from flask_chatbot.testing import Chat
from tests.bots import app_of, chat_of, name, place
from tests.core.conversation.talks import SentKind, sent

RULES = """\
rules:
  - name: penawaran
    keyword: penawaran#
    fields: [nama, {email: {type: email}}, {jumlah: {type: integer, default: 1}}]
    reply: dari YAML
  - {name: halo, keyword: halo, reply: Halo dari YAML}
  - {name: entah, fallback: true, reply: Entah.}
"""
Register = Callable[[Chatbot], Any]


def refusal(register: Register) -> str:
    """What registering says, the same without an app and with one."""
    with pytest.raises(HandlerError) as caught:
        register(Chatbot())
    return str(caught.value)


def refusal_with_app(folder: Path, register: Register) -> str:
    """What registering says when the app is there already."""
    bot = Chatbot()
    app = app_of(folder, RULES, bot)
    with pytest.raises(HandlerError) as caught:
        register(bot)
    assert "chatbot" in app.extensions  # it must not be forgotten before
    return str(caught.value).replace(f"{folder}/", "")


def refusal_of_init(folder: Path, *register: Register, rules: str = RULES) -> list[str]:
    """What `init_app` says when the functions are registered before it."""
    bot = Chatbot()
    for each in register:
        each(bot)
    with pytest.raises(RulesError) as caught:
        app_of(folder, rules, bot)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def answer() -> str:
    return "dari Python"


def wants_jumlh(nama: str, jumlh: int) -> None: ...


def wants_sender(sender: object) -> None: ...


# -- parameters by name ------------------------------------------------------------------------------


def test_a_handler_gets_the_fields_the_message_and_the_memory_it_names_in_any_order(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("penawaran")
    def quote(memory: dict[str, Any], jumlah: int, *, message: Message, nama: str) -> str:
        return f"{jumlah} {nama} {message.sender.name} {message.text} {memory}"

    app = app_of(tmp_path, RULES, bot)
    chat = Chat(app, nama="Ani")
    assert chat.says("penawaran#Jhon Doe#a@b.id#3") == "3 Jhon Doe Ani penawaran#Jhon Doe#a@b.id#3 {}"


def test_a_handler_may_want_nothing(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("penawaran")(answer)
    assert chat_of(tmp_path, RULES, bot).says("penawaran#A#a@b.id") == "dari Python"


def test_the_decorators_return_the_function_unchanged() -> None:
    bot = Chatbot()

    def with_message(message: Message) -> None: ...

    def with_replies(message: Message, replies: object) -> None: ...

    def with_error(error: Exception) -> None: ...

    def with_text(text: str) -> str:
        return text

    assert bot.rule("halo")(answer) is answer
    assert bot.keyword("stok#")(answer) is answer
    assert bot.fallback(with_message) is with_message
    assert bot.before(with_message) is with_message
    assert bot.after(with_replies) is with_replies
    assert bot.errorhandler(KeyError)(with_error) is with_error
    assert bot.field_type("nik")(with_text) is with_text
    assert bot.template_filter("kilo")(with_text) is with_text


def test_a_field_stands_before_the_default_of_its_parameter_and_one_left_out_is_none(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.keyword("cek#", fields=["a", {"b": {"optional": True}}])
    def check(a: str = "x", b: str | None = "y") -> str:
        return f"{a} {b}"

    assert chat_of(tmp_path, RULES, bot).says("cek#1") == "1 None"


class Shop:
    def stock(self, nama: str) -> str:
        return f"{nama} dari toko"

    def __call__(self, nama: str) -> str:
        return f"{nama} dari objek"

    @staticmethod
    def still(nama: str) -> str:
        return f"{nama} diam"

    @classmethod
    def of_class(cls, nama: str) -> str:
        return f"{nama} dari {cls.__name__}"


def decorated(function: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(function)
    def shouting(*args: object, **kwargs: object) -> str:
        return function(*args, **kwargs).upper()

    return shouting


def plain(nama: str, salam: str = "Halo") -> str:
    return f"{salam} {nama}"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda nama: f"{nama}!", "Ani!"),
        (Shop().stock, "Ani dari toko"),
        (Shop(), "Ani dari objek"),
        (Shop.still, "Ani diam"),
        (Shop.of_class, "Ani dari Shop"),
        (functools.partial(plain, salam="Hai"), "Hai Ani"),
        (functools.partial(functools.partial(plain), salam="Hai"), "Hai Ani"),
        (decorated(Shop.still), "ANI DIAM"),
    ],
    ids=["lambda", "method", "object", "staticmethod", "classmethod", "partial", "partial of a partial", "decorated"],
)
def test_whatever_can_be_called_by_name_is_a_handler(tmp_path: Path, function: Callable[..., str], said: str) -> None:
    bot = Chatbot()
    bot.rule("penawaran")(function)
    assert chat_of(tmp_path, RULES, bot).says("penawaran#Ani#a@b.id") == said


def test_a_parameter_that_is_no_field_is_told_with_a_guess_at_the_decorator_or_by_init_app(tmp_path: Path) -> None:
    said = "wants 'jumlh', which is not a field of rule 'penawaran' at rules.yaml:2:5. Did you mean 'jumlah'?"
    told = f"{place(wants_jumlh)}: {name(wants_jumlh)} {said}"
    assert refusal_with_app(tmp_path / "with", lambda bot: bot.rule("penawaran")(wants_jumlh)) == told
    assert refusal_of_init(tmp_path / "before", lambda bot: bot.rule("penawaran")(wants_jumlh)) == [told]


@pytest.mark.parametrize(
    ("function", "parameter", "way_out"),
    [
        (lambda xyz: None, "xyz", "It may ask for: nama, email, jumlah, message, memory."),
        (lambda nohp: None, "nohp", "Take `message` instead: message.sender.number has it."),
        (wants_sender, "sender", "Take `message` instead: message.sender has it."),
        (Shop.stock, "self", "Register the method of an object, such as shop.stock, after the object is made."),
        (plain, "salam", "It may ask for: nama, email, jumlah, message, memory."),  # a default does not make a typing error right
    ],
    ids=["unknown", "number", "sender", "self", "with a default"],
)
def test_a_parameter_nothing_fills_is_told_with_the_way_out(
    tmp_path: Path, function: Callable[..., Any], parameter: str, way_out: str
) -> None:
    told = refusal_with_app(tmp_path, lambda bot: bot.rule("penawaran")(function))
    assert told.partition(": ")[0] == place(function)
    assert told.endswith(f" wants {parameter!r}, which is not a field of rule 'penawaran' at rules.yaml:2:5. {way_out}")


def takes_all(*args: object) -> None: ...


def takes_any(**kwargs: object) -> None: ...


def by_position(nama: str, /) -> None: ...


async def coroutine(nama: str) -> None: ...


async def stream(nama: str) -> AsyncIterator[str]:
    yield nama


class Asynchronous:
    async def __call__(self) -> None: ...


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (takes_all, "takes_all has the parameter '*args', but values come by name. Name each parameter."),
        (takes_any, "takes_any has the parameter '**kwargs', but values come by name. Name each parameter."),
        (by_position, "by_position takes 'nama' by position, but values come by name. Remove the '/'."),
        (coroutine, "coroutine is async, and handlers are called as plain functions. Write `def` without `async`."),
        (stream, "stream is async, and handlers are called as plain functions. Write `def` without `async`."),
        (functools.partial(coroutine), "coroutine is async, and handlers are called as plain functions. Write `def` without `async`."),
    ],
)
@pytest.mark.parametrize("decorator", ["rule", "keyword", "before", "fallback"])
def test_what_cannot_be_called_by_name_is_refused_at_once(function: Any, said: str, decorator: str) -> None:
    def register(bot: Chatbot) -> None:
        register_with: Any = getattr(bot, decorator)
        (register_with("x") if decorator in ("rule", "keyword") else register_with)(function)

    inner = function.func if isinstance(function, functools.partial) else function
    assert refusal(register) == f"{place(inner)}: {__name__}.{said}"


def test_an_object_that_is_async_when_called_is_refused() -> None:
    told = refusal(lambda bot: bot.rule("x")(Asynchronous()))
    said = "is async, and handlers are called as plain functions. Write `def` without `async`."
    assert told == f"{place(Asynchronous.__call__)}: {__name__}.Asynchronous {said}"


def test_what_is_no_function_is_refused() -> None:
    made: Any = vars(Shop)["of_class"]
    assert refusal(lambda bot: bot.rule("x")(made)) == f"{place(Shop.of_class)}: a handler is a function, not classmethod."


def test_a_function_whose_parameters_python_does_not_know_is_refused() -> None:
    told = refusal(lambda bot: bot.rule("x")(max))
    assert told == "builtins:1:1: The parameters of builtins.max are unknown to Python. Wrap it in a function."


def sees_memory(message: Message, memory: object) -> None: ...


def sees_reply(message: Message, reply: object) -> None: ...


def fails_with(err: Exception) -> None: ...


@pytest.mark.parametrize(
    ("register", "function", "said"),
    [
        (lambda bot: bot.before(sees_memory), sees_memory, "wants 'memory', which it cannot get here. It may ask for: message."),
        (lambda bot: bot.after(sees_reply), sees_reply, "wants 'reply', which it cannot get here. Did you mean 'replies'?"),
        (lambda bot: bot.errorhandler(KeyError)(fails_with), fails_with, "wants 'err', which it cannot get here. Did you mean 'error'?"),
        (
            lambda bot: bot.fallback(wants_sender),
            wants_sender,
            "wants 'sender', which it cannot get here. Take `message` instead: message.sender has it.",
        ),
    ],
    ids=["before", "after", "errorhandler", "fallback"],
)
def test_functions_around_the_rules_have_parameters_of_fixed_names(register: Register, function: Any, said: str) -> None:
    assert refusal(register) == f"{place(function)}: {name(function)} {said}"


# -- rules that are there ----------------------------------------------------------------------------


def test_a_rule_that_is_not_there_is_told_with_a_guess_or_with_the_files(tmp_path: Path) -> None:
    start = f"{place(answer)}: {name(answer)} answers for rule"
    assert (
        refusal_with_app(tmp_path, lambda bot: bot.rule("penawran")(answer))
        == f"{start} 'penawran', but there is no such rule. Did you mean 'penawaran'?"
    )
    assert refusal_of_init(tmp_path, lambda bot: bot.rule("zzz")(answer)) == [
        f"{start} 'zzz', but there is no such rule. The rules are in rules.yaml."
    ]


def test_init_app_tells_all_mistakes_of_handlers_and_rules_together_and_leaves_the_app_as_it_was(tmp_path: Path) -> None:
    broken = RULES.replace("reply: Entah.", "reply: '{{ namaa }}'")
    problems = refusal_of_init(
        tmp_path, lambda bot: bot.rule("penawaran")(wants_jumlh), lambda bot: bot.rule("hallo")(answer), rules=broken
    )
    where = f"{name(wants_jumlh)} wants 'jumlh', which is not a field of rule 'penawaran' at rules.yaml:2:5. Did you mean 'jumlah'?"
    assert problems == [
        "rules.yaml:7:46: unknown name 'namaa'. Did you mean 'nama'?",
        f"{place(answer)}: {name(answer)} answers for rule 'hallo', but there is no such rule. Did you mean 'halo'?",
        f"{place(wants_jumlh)}: {where}",
    ]


def test_a_rule_left_out_for_its_own_mistake_is_not_told_to_be_missing(tmp_path: Path) -> None:
    broken = RULES.replace("keyword: halo,", "keywrd: halo,")
    assert refusal_of_init(tmp_path, lambda bot: bot.rule("halo")(answer), rules=broken) == [
        "rules.yaml:6:18: unknown key 'keywrd'. Did you mean 'keyword'?"
    ]


def test_mistakes_of_handlers_rules_and_configuration_come_together(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("hallo")(answer)
    (tmp_path / "rules.yaml").write_text(f"{RULES}version: 1\n", encoding="utf-8")
    from flask import Flask

    with pytest.raises(ConfigError) as caught:
        bot.init_app(Flask(__name__, root_path=str(tmp_path)))
    key, handler = caught.value.problems
    assert key.message.startswith("CHATBOT_WEBHOOK_KEY is not set")
    assert str(handler) == f"{place(answer)}: {name(answer)} answers for rule 'hallo', but there is no such rule. Did you mean 'halo'?"


def other_answer() -> str:
    return "dari yang lain"


def test_two_handlers_for_one_rule_are_told_with_both_places() -> None:
    def register(bot: Chatbot) -> None:
        bot.rule("halo")(answer)
        bot.rule("halo")(other_answer)

    already = f"{name(answer)} at {place(answer)} answers for rule 'halo' already"
    assert refusal(register) == f"{place(other_answer)}: {already}, so {name(other_answer)} cannot. Remove one of the two."


def test_two_lambdas_are_two_handlers() -> None:
    def register(bot: Chatbot) -> None:
        bot.rule("halo")(lambda: "satu")
        bot.rule("halo")(lambda: "dua")

    assert "answers for rule 'halo' already" in refusal(register)


def test_one_function_may_answer_for_many_rules(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.rule("halo")(bot.rule("entah")(answer))
    chat = chat_of(tmp_path, RULES, bot)
    assert [chat.says("halo"), chat.says("zzz")] == ["dari Python", "dari Python"]


def test_a_factory_called_twice_replaces_what_it_registered(tmp_path: Path) -> None:
    bot = Chatbot()

    def create_app(folder: Path, word: str) -> Chat:
        @bot.rule("halo")
        def greet() -> str:
            return word

        @bot.keyword("stok#", fields=["kode"])
        def stock(kode: str) -> str:
            return f"{kode} {word}"

        @bot.fallback
        def otherwise() -> str:
            return f"? {word}"

        @bot.errorhandler(KeyError)
        def missing() -> str:
            return f"! {word}"

        return chat_of(folder, RULES, bot)

    create_app(tmp_path / "one", "satu")
    chat = create_app(tmp_path / "two", "dua")
    assert [chat.says(text).text for text in ("halo", "stok#A", "zzz")] == ["dua", "A dua", "? dua"]


def test_a_failed_registration_leaves_nothing_behind(tmp_path: Path) -> None:
    bot = Chatbot()
    chat = chat_of(tmp_path, RULES, bot)
    for register in (bot.rule("hallo"), bot.rule("penawaran"), bot.keyword("halo"), bot.keyword("stok#", fields=[{"a": {"typ": "x"}}])):
        with pytest.raises(HandlerError):
            register(wants_jumlh)
    bot.rule("penawaran")(answer)
    bot.keyword("stok#")(answer)
    assert [chat.says(text) for text in ("penawaran#A#a@b.id", "stok#A", "halo")] == ["dari Python", "dari Python", "Halo dari YAML"]


def test_a_failed_replacement_leaves_the_handler_that_was_there(tmp_path: Path) -> None:
    bot = Chatbot()
    chat = chat_of(tmp_path, RULES, bot)

    def register(word: str, **keys: Any) -> None:
        @bot.keyword("stok#", **keys)
        def stock() -> str:
            return word

    register("satu")
    with pytest.raises(HandlerError):
        register("dua", replyy="x")
    assert chat.says("stok#A") == "satu"


# -- decorators without what they need ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("decorator", "example"), [("rule", "penawaran"), ("keyword", "stok#"), ("field_type", "nik"), ("template_filter", "kilo")]
)
def test_a_decorator_without_parentheses_says_how_it_is_written(decorator: str, example: str) -> None:
    told = refusal(lambda bot: getattr(bot, decorator)(answer))
    assert told == f"{place(answer)}: @bot.{decorator} takes a name first. Write @bot.{decorator}({example!r})."


def test_a_name_that_is_no_text_is_refused() -> None:
    assert refusal(lambda bot: getattr(bot, "rule")(5)) == "@bot.rule takes a name first. Write @bot.rule('penawaran')."  # noqa: B009
    assert refusal(lambda bot: bot.keyword([])) == "@bot.keyword takes a name first. Write @bot.keyword('stok#')."


@pytest.mark.parametrize("kind", [answer, 404, BaseException, KeyboardInterrupt, KeyError()])
def test_an_errorhandler_needs_a_class_of_errors(kind: Any) -> None:
    assert (
        refusal(lambda bot: bot.errorhandler(kind))
        == "@bot.errorhandler takes a class of errors first. Write @bot.errorhandler(LookupError)."
    )


def test_two_fallbacks_and_two_errorhandlers_are_told_with_both_places() -> None:
    def fallbacks(bot: Chatbot) -> None:
        bot.fallback(answer)
        bot.fallback(other_answer)

    def errorhandlers(bot: Chatbot) -> None:
        bot.errorhandler(KeyError)(answer)
        bot.errorhandler(KeyError)(other_answer)

    end = f"already, so {name(other_answer)} cannot. Remove one of the two."
    start = f"{place(other_answer)}: {name(answer)} at {place(answer)}"
    assert refusal(fallbacks) == f"{start} is the fallback {end}"
    assert refusal(errorhandlers) == f"{start} answers for KeyError {end}"


# -- kinds of messages -------------------------------------------------------------------------------


def decided(app: Flask, kind: SentKind, caption: str = "") -> Decision:
    bot: Bot = app.extensions["chatbot"].bot
    with app.app_context():
        return bot.answer(sent(kind, caption), memory=ShortMemory())


def test_a_function_answers_what_is_no_text(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.sends(["image", "location"])
    def where(media: FileValue | None, location: PlaceValue | None, message: Message) -> str:
        return f"{media and media.mime} {location and location.lat} {message.kind}"

    @bot.sends("media", keyword="bukti#", fields=[{"nomor": {"type": "integer"}}, {"foto": {"type": "image"}}], name="bukti")
    def proof(nomor: int, foto: FileValue, media: FileValue) -> str:
        return f"{nomor} {foto.kind} {media == foto}"

    app = chat_of(tmp_path, RULES, bot).app
    assert decided(app, "image").replies == (Text(" None media"),)
    assert decided(app, "location").replies == (Text("None -6.2 location"),)
    assert decided(app, "image", "bukti#12").replies == (Text("12 image True"),)
    assert decided(app, "video").match is None


def test_a_function_answers_for_a_rule_of_the_file_that_sends(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("foto")
    def photo(media: FileValue) -> dict[str, object]:
        return {"jenis": media.kind}

    app = chat_of(tmp_path, "rules: [{name: foto, sends: image, needs: [jenis], reply: '{{ jenis }} {{ media }}'}]", bot).app
    assert decided(app, "image").replies == (Text("image foto"),)


@pytest.mark.parametrize(
    ("kind", "keys", "said"),
    [
        ("foto", {}, "'foto' is no kind of message. Write 'image'."),
        (["image", "media"], {"similar": "a"}, "'similar' is for texts, and a rule with 'sends' answers none. Remove it."),
        ("image", {"name": "halo"}, "the name 'halo' is taken by the rule at rules.yaml:6:5. Choose another one."),
    ],
)
def test_what_is_wrong_with_a_kind_is_told_at_the_function(tmp_path: Path, kind: Any, keys: dict[str, Any], said: str) -> None:
    told = refusal_with_app(tmp_path / "with", lambda bot: bot.sends(kind, **keys)(answer))
    assert told.startswith(f"{place(answer)}: {said}")


def test_a_parameter_for_what_is_never_sent_is_told(tmp_path: Path) -> None:
    def misplaced(media: object) -> str:
        return "x"

    told = refusal_with_app(tmp_path, lambda bot: bot.sends("location")(misplaced))
    assert told.startswith(f"{place(misplaced)}: {name(misplaced)} wants 'media', which is not a field of rule 'location' at ")


# -- keywords of their own ---------------------------------------------------------------------------


def test_a_keyword_has_all_the_keys_of_a_rule(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.keyword(
        ("stok#", "sisa#"),
        fields=["kode", {"jumlah": {"type": "integer", "default": 1, "max": 9, "label": 7}}],
        name="persediaan",
        needs=["sisa"],
        reply="{{ jumlah }} x {{ kode }}: sisa {{ sisa }}",
        on_invalid="reply",
        invalid=["Salah.", "Tulis stok#kode#jumlah"],
        priority=2,
    )
    def stock(kode: str, jumlah: int) -> dict[str, int]:
        return {"sisa": 10 - jumlah}

    chat = chat_of(tmp_path, RULES, bot)
    assert chat.says("sisa#A#3") == "3 x A: sisa 7"
    assert (chat.last.rule, chat.last.fields) == ("persediaan", {"kode": "A", "jumlah": 3})
    assert chat.says("stok#A") == "1 x A: sisa 9"
    assert chat.says("STOK#A#banyak") == ["Salah.", "Tulis stok#kode#jumlah"]


def test_a_keyword_without_fields_takes_any_parts_as_data(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.keyword("catat#")
    def note(message: Message) -> str:
        return "|".join(message.data)

    assert chat_of(tmp_path, RULES, bot).says("catat#a#b##c") == "a|b||c"


def test_numbers_and_truths_in_python_are_the_text_a_rule_file_would_hold(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.keyword("pilih#", fields=[{"a": {"type": "choice", "options": [1, {2: [True, 2.5]}]}}], reply=7)(lambda: None)
    chat = chat_of(tmp_path, RULES, bot)
    assert [chat.says("pilih#1"), chat.last.fields] == ["7", {"a": "1"}]
    assert [chat.says("pilih#true"), chat.last.fields] == ["7", {"a": "2"}]


@pytest.mark.parametrize(
    ("keyword", "keys", "said"),
    [
        ("stok#", {"fields": ["kode"], "replyy": "x"}, "unknown key 'replyy'. Did you mean 'reply'?"),
        ("stok#", {"fields": [{"kode": {"typ": "text"}}]}, "unknown key 'typ'. Did you mean 'type'?"),
        ("stok#", {"fields": [{"kode": {"type": "txt"}}]}, "unknown field type 'txt'. Did you mean 'text'?"),
        ("stok#", {"fields": []}, "'fields' is an empty list. Write at least 1 entry, or remove it."),
        ("stok#", {"fields": ["message"]}, "a field may not be called 'message', which means something else here. Choose another name."),
        ("stok", {"fields": ["kode"]}, "'fields' needs a keyword that ends in #, such as `keyword: stok#`."),
        ("stok#", {"reply": "{{ kodee }}", "fields": ["kode"]}, "unknown name 'kodee'. Did you mean 'kode'?"),
        ("stok#", {"reply": object()}, "'reply' must be text or a list or a group of keys, not"),
        ("stok#", {"priority": "tinggi"}, "'priority' must be a whole number, not 'tinggi'."),
        ("penawaran#", {}, "the keyword 'penawaran#' is taken by rule 'penawaran' at rules.yaml:2:5. Choose another one."),
        ("Penawaran #", {}, "the keyword 'Penawaran #' is taken by rule 'penawaran' at rules.yaml:2:5. Choose another one."),
        (["stok", "HALO!"], {}, "the keyword 'HALO!' is taken by rule 'halo' at rules.yaml:6:5. Choose another one."),
        ("penawaran", {}, "the name 'penawaran' is taken by the rule at rules.yaml:2:5. Choose another one."),
        ("stok", {"name": "halo"}, "the name 'halo' is taken by the rule at rules.yaml:6:5. Choose another one."),
    ],
)
def test_what_is_wrong_with_a_keyword_is_told_at_the_function(tmp_path: Path, keyword: Any, keys: dict[str, Any], said: str) -> None:
    told = refusal_with_app(tmp_path / "with", lambda bot: bot.keyword(keyword, **keys)(answer))
    assert told.startswith(f"{place(answer)}: {said}")
    assert refusal_of_init(tmp_path / "before", lambda bot: bot.keyword(keyword, **keys)(answer)) == told.splitlines()


def test_a_keyword_taken_by_another_handler_is_told_with_both_places(tmp_path: Path) -> None:
    def same_first(bot: Chatbot) -> None:
        bot.keyword("stok#")(answer)
        bot.keyword("stok#")(other_answer)

    def same_second(bot: Chatbot) -> None:
        bot.keyword(["sisa", "stok"])(answer)
        bot.keyword(["ada", "stok"])(other_answer)

    assert refusal(same_first) == (
        f"{place(other_answer)}: {name(answer)} at {place(answer)} answers for rule 'stok#' already, "
        f"so {name(other_answer)} cannot. Remove one of the two."
    )
    taken = f"{place(other_answer)}: the keyword 'stok' is taken by rule 'sisa' at {place(answer)}. Choose another one."
    assert refusal_with_app(tmp_path, same_second) == taken


def test_a_keyword_and_the_keyword_with_a_mark_are_two(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.keyword("penawaran", name="penawaran tanpa isi")(answer)
    chat = chat_of(tmp_path, RULES, bot)
    assert [chat.says("penawaran"), chat.says("penawaran#A#a@b.id")] == ["dari Python", "dari YAML"]


# -- before and after init_app -----------------------------------------------------------------------


def test_handlers_registered_after_init_app_answer_as_those_before(tmp_path: Path) -> None:
    bot = Chatbot()
    chat = chat_of(tmp_path, RULES, bot)
    bot.rule("halo")(answer)
    bot.keyword("stok#")(answer)
    bot.fallback(other_answer)
    assert [chat.says(text).text for text in ("halo", "stok#", "zzz")] == ["dari Python", "dari Python", "dari yang lain"]


def test_a_keyword_reaches_both_apps_or_neither(tmp_path: Path) -> None:
    bot = Chatbot()
    one, two = chat_of(tmp_path / "one", RULES, bot), chat_of(tmp_path / "two", f"{RULES}  - {{keyword: 'stok#', reply: dua}}\n", bot)
    with pytest.raises(HandlerError, match=r"the keyword 'stok#' is taken by rule 'stok#' at .*two/rules\.yaml:8:5\. Choose another one\."):
        bot.keyword("stok#", name="stok")(answer)
    assert [one.says("stok#"), two.says("stok#")] == ["Entah.", "dua"]
    bot.keyword("sisa#")(answer)
    assert [one.says("sisa#"), two.says("sisa#")] == ["dari Python", "dari Python"]


def test_a_file_broken_meanwhile_is_told_at_the_decorator_and_the_rules_stay(tmp_path: Path) -> None:
    bot = Chatbot()
    chat = chat_of(tmp_path, RULES, bot)
    (tmp_path / "rules.yaml").write_text("version: 1\nrulez: []\n", encoding="utf-8")
    with pytest.raises(HandlerError, match=r"rules\.yaml:2:1: unknown key 'rulez'\. Did you mean 'rules'\?"):
        bot.keyword("stok#")(answer)
    assert [chat.says("halo"), chat.says("stok#")] == ["Halo dari YAML", "Entah."]


def test_a_shared_chatbot_answers_for_each_app_by_its_own_rules(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("harga")
    def price() -> dict[str, int]:
        return {"harga": 5000}

    one = chat_of(tmp_path / "one", "rules: [{name: harga, keyword: harga, needs: harga, reply: 'Satu: {{ harga }}'}]", bot)
    two = chat_of(tmp_path / "two", "rules: [{name: harga, keyword: price, needs: harga, reply: 'Dua: {{ harga | rupiah }}'}]", bot)
    assert [one.says("harga"), one.says("price")] == ["Satu: 5000", []]
    assert [two.says("harga"), two.says("price")] == [[], "Dua: Rp5.000"]


# -- field types and filters -------------------------------------------------------------------------

NIK = """\
rules:
  - {keyword: "nik#", fields: [{nik: {type: nik}}], reply: "NIK {{ nik | stars }}"}
  - {name: fallback, fallback: true, reply: Entah.}
"""


def read_nik(text: str) -> str:
    if len(text) != 16:
        raise ValueError("NIK terdiri dari 16 angka.")
    return text


def stars(value: str, shown: int = 4) -> str:
    return "*" * (len(value) - shown) + value[-shown:]


def test_rule_files_use_types_and_filters_of_python(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.field_type("nik")(read_nik)
    bot.template_filter("stars")(stars)
    chat = chat_of(tmp_path, NIK, bot)
    assert chat.says("nik# 1471010101900001 ") == "NIK ************0001"
    assert chat.says("nik#1") == (
        "Maaf, masih ada yang perlu diperbaiki:\n- NIK: NIK terdiri dari 16 angka.\n\nSilakan kirim ulang dengan format:\n*nik#NIK*"
    )
    assert chat.last.invalid == {"nik": "NIK terdiri dari 16 angka."}


def test_a_type_and_a_filter_nobody_registered_are_mistakes_of_the_file(tmp_path: Path) -> None:
    types = "text, integer, number, money, email, phone, date, time, choice, yesno, image, document, media, location"
    assert refusal_of_init(tmp_path, rules=NIK) == [
        f"rules.yaml:2:45: unknown field type 'nik'. Known types: {types}.",
        "rules.yaml:2:74: unknown filter 'stars'.",
    ]


def test_a_value_error_without_words_gets_the_words_of_a_wrong_value(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.field_type("nik")
    def refuse(text: str) -> str:
        raise ValueError

    bot.template_filter("stars")(stars)
    chat = chat_of(tmp_path, NIK, bot)
    chat.says("nik#abc")
    assert chat.last.invalid == {"nik": 'Maaf, "abc" belum sesuai formatnya. Mohon dicek lagi ya.'}


def test_the_fields_own_sentence_stands_before_that_of_its_type(tmp_path: Path) -> None:
    bot = Chatbot()
    bot.field_type("nik")(read_nik)
    chat = chat_of(tmp_path, "rules: [{keyword: 'nik#', fields: [{nik: {type: nik, error: 'Bukan NIK: {{ value }}'}}], reply: x}]", bot)
    chat.says("nik#12")
    assert chat.last.invalid == {"nik": "Bukan NIK: 12"}


def test_any_other_error_of_a_type_is_an_apology_and_the_log_has_all_of_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()

    @bot.field_type("nik")
    def look_up(text: str) -> str:
        raise LookupError("no database")

    bot.template_filter("stars")(stars)
    chat = chat_of(tmp_path, NIK, bot)
    assert chat.says("nik#12345") == "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."
    assert [record.getMessage().splitlines()[0].replace(f"{tmp_path}/", "") for record in caplog.records] == [
        "the field type 'nik' failed",
        "rule 'nik#' at rules.yaml:2:5 cannot answer: the field type 'nik' raised LookupError",
    ]
    assert "LookupError: no database" in caplog.text
    assert "in look_up" in caplog.text
    assert "12345" not in caplog.text


def test_an_error_of_a_filter_is_an_apology_and_the_log_has_all_of_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()
    bot.field_type("nik")(str)

    @bot.template_filter("stars")
    def broken(value: str) -> str:
        raise LookupError("no database")

    chat = chat_of(tmp_path, NIK, bot)
    assert chat.says("nik#12345") == "Maaf, sistem kami sedang ada gangguan. Mohon dicoba lagi nanti ya."
    assert [record.getMessage().splitlines()[0].replace(f"{tmp_path}/", "") for record in caplog.records] == [
        "the filter 'stars' failed",
        "rule 'nik#' at rules.yaml:2:5 cannot answer: the filter 'stars' raised LookupError",
    ]
    assert "in broken" in caplog.text
    assert "12345" not in caplog.text


def test_a_value_a_filter_cannot_get_at_is_the_templates_mistake(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()
    bot.template_filter("stars")(stars)
    chat = chat_of(tmp_path, "rules: [{keyword: 'a#', reply: '{% set three = 3 %}{{ data[three] | stars }}'}]", bot)
    chat.says("a#b")
    assert [record.getMessage().partition(" cannot ")[2] for record in caplog.records] == ["answer: there is no entry 3"]


def test_the_default_of_a_type_of_python_is_read_only_when_a_message_comes(tmp_path: Path) -> None:
    """Such a type may need the app's context, which is not there while the rules are read."""
    bot = Chatbot()
    asked: list[str] = []

    @bot.field_type("kode")
    def in_table(text: str) -> str:
        from flask import current_app

        asked.append(text)
        return f"{current_app.name}:{text}"

    rules = "rules: [{keyword: 'a#', fields: [{kode: {type: kode, default: X}}], reply: '{{ kode }}'}]"
    chat = chat_of(tmp_path, rules, bot)
    assert asked == []
    assert chat.says("a#") == "tests.bots:X"


def test_a_value_of_a_type_of_python_may_have_parts(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.field_type("produk")
    def product(text: str) -> dict[str, str]:
        return {"nama": text.title()}

    rules = "rules: [{keyword: 'a#', fields: [{barang: {type: produk}}], reply: '{{ barang.nama }}'}]"
    assert chat_of(tmp_path, rules, bot).says("a#kopi") == "Kopi"


def test_invalid_raised_by_a_type_is_told_with_what_to_raise(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = Chatbot()

    @bot.field_type("kode")
    def code(text: str) -> str:
        raise Invalid(kode="Tidak dikenal.")

    chat = chat_of(tmp_path, "rules: [{keyword: 'a#', fields: [{kode: {type: kode}}], reply: x}]", bot)
    assert chat.says("a#b").text.startswith("Maaf, sistem kami sedang ada gangguan")
    way_out = "which is for handlers. In a field type, raise ValueError with the sentence for the customer"
    said = f"answer: the field type 'kode' at {place(code)} raised Invalid, {way_out}"
    assert [record.getMessage().partition(" cannot ")[2] for record in caplog.records] == [said]


def two(a: str, b: str) -> str:
    return a + b


@pytest.mark.parametrize(
    ("register", "function", "said"),
    [
        (lambda bot: bot.field_type("email")(read_nik), read_nik, "there is a built-in field type 'email'. Give yours another name."),
        (lambda bot: bot.template_filter("rupiah")(stars), stars, "there is a built-in filter 'rupiah'. Give yours another name."),
        (lambda bot: bot.template_filter("upper")(stars), stars, "there is a built-in filter 'upper'. Give yours another name."),
        (
            lambda bot: bot.template_filter("_each")(stars),
            stars,
            "'_each' cannot be the name of a filter. Use letters, digits and _, beginning with a letter.",
        ),
        (
            lambda bot: bot.template_filter("k-g")(stars),
            stars,
            "'k-g' cannot be the name of a filter. Use letters, digits and _, beginning with a letter.",
        ),
        (
            lambda bot: bot.field_type("nik")(two),
            two,
            f"{__name__}.two(a: str, b: str) -> str is called with one value, and does not accept one.",
        ),
        (
            lambda bot: bot.template_filter("n")(answer),
            answer,
            f"{__name__}.answer() -> str is called with one value, and does not accept one.",
        ),
        (
            lambda bot: bot.field_type("nik")(coroutine),
            coroutine,
            f"{__name__}.coroutine is async, and handlers are called as plain functions. Write `def` without `async`.",
        ),
    ],
)
def test_types_and_filters_that_cannot_be_used_are_refused_at_once(register: Register, function: Any, said: str) -> None:
    assert refusal(register) == f"{place(function)}: {said}"


def test_two_functions_for_one_type_or_filter_are_told_with_both_places() -> None:
    def types(bot: Chatbot) -> None:
        bot.field_type("nik")(read_nik)
        bot.field_type("nik")(stars)

    def filters(bot: Chatbot) -> None:
        bot.template_filter("nik")(read_nik)
        bot.template_filter("nik")(stars)

    start, end = f"{place(stars)}: {name(read_nik)} at {place(read_nik)}", f"already, so {name(stars)} cannot. Remove one of the two."
    assert refusal(types) == f"{start} reads the field type 'nik' {end}"
    assert refusal(filters) == f"{start} is the filter 'nik' {end}"


def test_types_and_filters_that_come_after_init_app_are_told_to_come_before(tmp_path: Path) -> None:
    end = "comes after init_app, which has read the rules. Register it before: bot = Chatbot(), then bot.init_app(app)."
    assert refusal_with_app(tmp_path / "a", lambda bot: bot.field_type("nik")(read_nik)) == f"the field type 'nik' {end}"
    assert refusal_with_app(tmp_path / "b", lambda bot: bot.template_filter("stars")(stars)) == f"the filter 'stars' {end}"


def test_a_factory_may_register_its_types_and_filters_for_each_app(tmp_path: Path) -> None:
    bot = Chatbot()

    def create_app(folder: Path, mark: str) -> Chat:
        @bot.field_type("nik")
        def nik(text: str) -> str:
            return f"{mark}{text}"

        @bot.template_filter("stars")
        def in_stars(value: str) -> str:
            return f"{mark}{value}{mark}"

        return chat_of(folder, NIK, bot)

    one, two = create_app(tmp_path / "one", "+"), create_app(tmp_path / "two", "-")
    assert [one.says("nik#1"), two.says("nik#1")] == ["NIK ++1+", "NIK --1-"]
