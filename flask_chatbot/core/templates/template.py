"""Reply templates: Jinja in a sandbox, checked when the rules are loaded and compiled when first used."""

from collections.abc import Callable, Mapping
from datetime import date, time
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from jinja2 import Environment, StrictUndefined, nodes
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.lexer import TokenStream
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from flask_chatbot.core.language.sentences import Locale, say
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.templates.budget import SUM_SIZE, TAKE_NOTHING, Rendering, compared, metered, repeated, walked
from flask_chatbot.core.templates.check import LOOP_NAMES, PART_NAMES, PARTS, TESTS, TOO_DEEP, check_tree, part_named
from flask_chatbot.core.templates.depth import deep_place
from flask_chatbot.core.templates.filters import NUMBER_LIMIT, Misfit, filters, kind, single, write_date, write_time
from flask_chatbot.core.templates.flaws import Flaw, located
from flask_chatbot.core.templates.lines import placed, without_tag_lines
from flask_chatbot.core.templates.shapes import Shapes
from flask_chatbot.core.templates.spelling import spelled
from flask_chatbot.core.templates.syntax import flaw, flaws_of
from flask_chatbot.core.templates.types import Names, type_of_value, typed
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.replies import REPLIES_LIMIT, TEXT_LIMIT
from flask_chatbot.core.values.rows import NOTHING, holder, part
from flask_chatbot.errors import AnswerFailed

PLAIN_USE = late_pattern(r"(?<!\{)\{\{ ?(?P<name>[a-z]\w*)(?:\.(?P<part>[a-z]\w*))?(?: or (?P<other>'[\w ]*'|\"[\w ]*\"))? ?\}\}(?!\})")
NO_FILTERS: Mapping[str, Any] = MappingProxyType({})
WALKED, COMPARED, SINGLE = "#walked", "#compared", "#single"  # filters of our own, which no template can spell
TEXTS = (str, type(None))  # what `+` joins
AS_THEY_ARE = (str, int)  # values that stand in a reply as they are, as nearly all do
SOURCE_LIMIT = 4096  # bytes of one template
LETTER_BYTES = 4  # that a letter takes at most
WHOLE_LIMIT = REPLIES_LIMIT * TEXT_LIMIT  # characters that one template writes
WRITTEN_OUT = (nodes.Const, nodes.List, nodes.Tuple, nodes.Dict)  # no longer than the source


class Absent(Misfit, UndefinedError):
    """A missing entry or attribute: `word` is its name in the template, `of` the value that lacks it."""

    def __init__(self, message: str | None = None, *, word: object = None, of: object = None) -> None:
        super().__init__(message)
        self.word = word
        self.hint = f"there is no {'entry ' if isinstance(word, int) else ''}{word!r} in a value of type {type(of).__name__}"
        if holder(of) is None and type(of).__module__ != "builtins":
            self.hint += ". Write dict(row) in the handler, or a dict of what the template needs"


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with nothing to reach for: no globals except the rules' `vars`, no attributes except those of a loop."""

    context_class = Rendering
    intercepted_binops = frozenset({"+", "*", "%"})

    def __init__(self, locale: Locale, names: Mapping[str, object], more_filters: Mapping[str, Callable[..., object]] = NO_FILTERS) -> None:
        super().__init__(lstrip_blocks=True, undefined=StrictUndefined, finalize=self.written, cache_size=0)
        self.locale = locale
        every = {**filters(locale), **more_filters}
        self.filters = {name: metered(function, name in TAKE_NOTHING) for name, function in every.items()}
        self.filters |= {WALKED: walked, COMPARED: compared, SINGLE: single}
        self.tests = {name: metered(cast(Callable[..., bool], self.tests[name])) for name in TESTS}
        self.globals = dict(names)
        self.reader = Environment(autoescape=False)  # noqa: S701  it reads what is only to be checked, at Jinja's own speed
        self.shapes = Shapes([*self.filters, *self.tests, *chain.from_iterable(PART_NAMES.values())])

    def _tokenize(self, source: str, name: str | None, filename: str | None = None, state: str | None = None) -> TokenStream:
        """The tokens for Jinja's parser; its nodes have places in the source instead of line numbers."""
        words = placed(with_newlines(source), self.lexer.tokeniter(source, name, filename, state))
        return TokenStream(self.lexer.wrap(without_tag_lines(words), name, filename), name, filename)

    def written(self, value: object) -> object:
        """The text of a `value` in the reply: empty for None, a date written out, yes or no."""
        if value.__class__ in AS_THEY_ARE:
            return value
        if value is None:
            return ""
        if isinstance(value, bool):
            return say(self.locale.language, "yes" if value else "no")
        if isinstance(value, date):
            return write_date(value, "long", self.locale)
        return write_time(value, "short", self.locale) if isinstance(value, time) else value

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a map or a row, or an attribute of a loop; an object's own attributes are out of reach."""
        if (found := part(obj, attribute)) is not NOTHING:
            return found
        if isinstance(obj, LoopContext) and attribute in LOOP_NAMES:
            return getattr(obj, attribute)
        return self.absent(f"there is no {attribute!r}", obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An entry of a list by its number, or of a map or a row by its key; the keys of a map in a file are texts, digits too."""
        if (found := part(obj, argument)) is not NOTHING:
            return found
        if isinstance(obj, dict) and argument.__class__ is int and (found := part(obj, str(argument))) is not NOTHING:
            return found
        if isinstance(obj, list | tuple) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.absent(f"there is no entry {argument}" if isinstance(argument, int) else "there is no such entry", obj, argument)

    def absent(self, hint: str, obj: object, word: object) -> Any:
        """The placeholder for a missing part: it may be tested and replaced, and nothing else."""
        return self.undefined(hint=hint, exc=partial(Absent, word=word, of=obj))  # type: ignore[arg-type]  # all it does is call it

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute `left operator right` for numbers, as long as the result stays small, and ``+`` for texts, cut at a reply's length.

        Beside a text, None is an empty one.
        """
        if operator == "+" and isinstance(left, TEXTS) and isinstance(right, TEXTS):
            left, right = left or "", right or ""
            cast(Rendering, context).charge(1 + (len(left) + len(right)) // SUM_SIZE)
            return (left[:TEXT_LIMIT] + right[:TEXT_LIMIT])[:TEXT_LIMIT]
        if isinstance(left, str | list | tuple | dict) or isinstance(right, str | list | tuple | dict):
            raise Misfit(f"{operator} works on numbers, not on {kind(left)} and {kind(right)}")
        result = super().call_binop(context, operator, left, right)
        if abs(result) > NUMBER_LIMIT:
            raise Misfit(f"{operator} made a number with more than 18 digits")
        return result


class Use(NamedTuple):
    """A plain use of a name: the text before it, the name, the part of its value and the replacement for None, if any."""

    before: str
    name: str
    part: str | None
    other: str | None


class Template:
    """A reply template; text alone costs nothing to render, text with names a third of Jinja's time."""

    __slots__ = ("_render", "_sandbox", "source")

    def __init__(self, source: str, sandbox: Sandbox) -> None:
        self.source = source
        self._sandbox = sandbox
        self._render: Any = None

    @property
    def is_constant(self) -> bool:
        """True if every message gets the same text."""
        return not has_marks(self.source)

    def uses(self) -> frozenset[str]:
        """The names that the template takes a value from, those of its own loops among them."""
        if self.is_constant:
            return frozenset()
        return frozenset(node.name for node in self.parsed().find_all(nodes.Name) if node.ctx == "load")

    def parsed(self) -> nodes.Template:
        """The tree of its nodes, as Jinja reads it."""
        return self._sandbox.parse(self.source)

    def render(self, names: Mapping[str, object]) -> str:
        """The text for one message, stripped, cut at 4,096 characters; raises `AnswerFailed` if a value does not fit."""
        text = self.render_whole(names)
        return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT].rstrip()

    def render_whole(self, names: Mapping[str, object]) -> str:
        """The text, stripped, also where it takes several messages, ten at the most; raises `AnswerFailed` if a value does not fit."""
        try:
            if self._render is None:
                self._render = self._constant() if self.is_constant else self._plain() or self._compiled()
            text: str = self._render(names)
        except Absent as error:
            raise self._lacking(error) from error
        except Misfit as error:
            raise AnswerFailed(str(error), self._way_out(names)) from error
        except Exception as error:  # whatever a value, its filters or its str() raise: the sandbox ends here
            fact = f"{type(error).__name__} in the template {self.source[:60]!r}"  # its words may hold the value
            raise AnswerFailed(fact, self._way_out(names) if isinstance(error, TypeError) else "") from error
        return text

    def _lacking(self, error: Absent) -> AnswerFailed:
        """The error for a missing part, as the template names it; a name that is not written in it may be the customer's, and stays out."""
        tree = self._sandbox.parse(self.source)
        asked = list(dict.fromkeys(spelled(node) for node in tree.find_all(PARTS) if part_named(node) == error.word))
        if not asked:
            return AnswerFailed(str(error))
        way_out = f"Write `{asked[0]} | default('')` where it may be missing." if "..." not in asked[0] else ""
        return AnswerFailed(f"{' or '.join(asked)} in its template: {error.hint}", way_out)

    def _way_out(self, names: Mapping[str, object]) -> str:
        """The advice for the name whose value cannot be used; empty if it is unknown."""
        sandbox = self._sandbox
        seen = {name: type_of_value(value) for name, value in {**sandbox.globals, **names}.items()}
        faults = check_tree(sandbox.parse(self.source), seen, sandbox.filters, sandbox.globals)
        message = next((fault.message for fault in faults if fault.fails), "")
        return message[:1].upper() + message[1:] if message.startswith("the ") else message

    def _constant(self) -> Any:
        text = with_newlines(self.source).strip()[:TEXT_LIMIT]
        return lambda names: text

    def _plain(self) -> Any:
        """The text that Jinja would make of plain names and text, without compiling; None if the template needs more."""
        uses, after = plain_uses(self.source)
        if has_marks(after):
            return None
        written, given = self._sandbox.written, self._sandbox.globals
        form = "%s".join(text.replace("%", "%%") for text in (*(use.before for use in uses), after))

        def render(names: Mapping[str, object]) -> str:
            values: tuple[object, ...] = ()
            for _, name, key, other in uses:
                value = names[name] if name in names else given.get(name, NOTHING)
                if key is not None:
                    value = part(value, key)
                if value is NOTHING:  # a word of Jinja's own, or what is not there: it knows what to say
                    self._render = self._compiled()
                    return str(self._render(names))
                value = value if other is None else value or other
                values += (value if value.__class__ in AS_THEY_ARE else written(value),)
            text = (form % values).strip()
            return text if len(text) <= WHOLE_LIMIT else text[:WHOLE_LIMIT].rstrip()

        return render

    def _compiled(self) -> Any:
        sandbox = self._sandbox
        tree = sandbox.parse(self.source)
        bound(tree)
        code = sandbox.compile(tree)
        chunks = sandbox.template_class.from_code(sandbox, code, sandbox.globals).root_render_func

        def render(names: Mapping[str, object]) -> str:
            context = sandbox.context_class(sandbox, {**sandbox.globals, **names}, None, {})
            return joined(chunks(context))

        return render


def bound(tree: nodes.Template) -> None:
    """Limit loops to short lists and count their work, and keep lists made at run time out of other lists, which could double."""
    comparisons: dict[nodes.Compare, None] = {}
    for loop in list(tree.find_all(nodes.For)):
        parts = repeated(loop)
        comparisons |= {part: None for part in parts if isinstance(part, nodes.Compare)}
        loop.iter = filtered(loop.iter, WALKED, nodes.Const(len(parts)))
    for comparison in comparisons:
        watch(comparison)
    tuples = [made for made in tree.find_all(nodes.Tuple) if made.ctx == "load"]
    lists: list[nodes.List | nodes.Tuple] = [*tree.find_all(nodes.List), *tuples]
    for made in lists:
        made.items = [item if isinstance(item, WRITTEN_OUT) else filtered(item, SINGLE) for item in made.items]
    for pair in list(tree.find_all(nodes.Pair)):
        if not isinstance(pair.value, WRITTEN_OUT):
            pair.value = filtered(pair.value, SINGLE)


def watch(comparison: nodes.Compare) -> None:
    """Make a comparison count its work: for a long list that is much."""
    comparison.expr = filtered(comparison.expr, COMPARED)
    for operand in comparison.ops:
        operand.expr = filtered(operand.expr, COMPARED)


def filtered(node: nodes.Node, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    """The expression with one of our own filters applied."""
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)


def joined(chunks: Any) -> str:
    """The chunks as one stripped text, reading no further than ten messages hold.

    >>> joined(["  ", " Halo ", "Budi "])
    'Halo Budi'
    """
    parts: list[str] = []
    size = 0
    for chunk in chunks:
        part = chunk if parts else chunk.lstrip()  # leading white space counts for nothing
        if part:
            parts.append(part)
            size += len(part)
        if size > WHOLE_LIMIT:
            break
    return "".join(parts)[:WHOLE_LIMIT].rstrip()


def has_marks(source: str) -> bool:
    """True if the source has anything for Jinja to do.

    >>> has_marks("Halo {{ nama }}"), has_marks("{halo}")
    (True, False)
    """
    return "{{" in source or "{%" in source or "{#" in source


def with_newlines(source: str) -> str:
    """The source with the line breaks that Jinja makes of all kinds."""
    return source.replace("\r\n", "\n").replace("\r", "\n")


def plain_uses(source: str) -> tuple[list[Use], str]:
    """The plain uses of names in a template, without filters, and the remaining text, which holds everything else.

    >>> plain_uses("Halo {{ nama or 'Kak' }}!")
    ([Use(before='Halo ', name='nama', part=None, other='Kak')], '!')
    """
    source = with_newlines(source)
    uses: list[Use] = []
    end = 0
    for found in PLAIN_USE.finditer(source):
        before = source[end : found.start()]
        if has_marks(before):
            break
        uses.append(Use(before, found["name"], found["part"], found["other"] and found["other"][1:-1]))
        end = found.end()
    return uses, source[end:]


def check(source: str, sandbox: Sandbox, names: Names) -> list[Flaw]:
    """Everything wrong with a template that may use `names`, each with the type of its value."""
    if len(source) * LETTER_BYTES > SOURCE_LIMIT and len(source.encode("utf-8", "surrogatepass")) > SOURCE_LIMIT:
        return [Flaw(1, tr("a template has at most {limit} bytes. Split it into several replies.", limit=SOURCE_LIMIT))]
    if not has_marks(source) or sandbox.shapes.pass_quickly(source, names, partial(is_flawless, sandbox=sandbox)):
        return []
    return flaws(source, sandbox, names)


def is_flawless(source: str, names: Names, sandbox: Sandbox) -> bool:
    """True if nothing is wrong with a template, without saying what or where."""
    try:
        return deep_place(source) is None and not check_tree(sandbox.reader.parse(source), typed(names), sandbox.filters, sandbox.globals)
    except (TemplateSyntaxError, RecursionError):
        return False


def flaws(source: str, sandbox: Sandbox, names: Names) -> list[Flaw]:
    """Every flaw that Jinja or our checks find in a template, from a full reading."""
    source = with_newlines(source)
    if (deep := deep_place(source)) is not None:
        return [flaw(source, deep, TOO_DEEP)]
    try:
        tree = sandbox.parse(source)
    except TemplateSyntaxError as error:
        return flaws_of(source, error, sandbox.parse)
    except RecursionError:  # of a host that is deep in calls itself
        return [Flaw(1, TOO_DEEP)]
    return [located(source, fault) for fault in check_tree(tree, typed(names), sandbox.filters, sandbox.globals)]
