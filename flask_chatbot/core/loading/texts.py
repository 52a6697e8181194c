"""Compiles the patterns and templates of rule files."""

from flask_chatbot.core.loading.lookalikes import may_mislead, warn_of_lookalikes
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.matching.patterns import Pattern, read_pattern
from flask_chatbot.core.templates.template import Sandbox, Template, check
from flask_chatbot.core.templates.types import Names
from flask_chatbot.core.translation.translatable import Translatable, reason_of, tr

LONG_TEXTS = tr("Use 'min' and 'max' for long texts.")


def build_pattern(place: Place, way_out: Translatable = LONG_TEXTS) -> Pattern | None:
    """The pattern at `place`, or None after reporting its mistake; `way_out` is the advice on repeating too much."""
    try:
        return read_pattern(place.data, way_out)
    except ValueError as error:
        place.report(reason_of(error))
    except ImportError:
        place.report(tr("patterns need RE2, which is not installed. Run: pip install 'flask-chatbot[patterns]'"))
    return None


def compile_template(place: Place, sandbox: Sandbox, names: Names) -> Template:
    """Compile the template at `place`, which may use `names` beside the `vars`; its flaws are reported there."""
    for flaw in check(place.data, sandbox, names):
        place.report_word(flaw.line, flaw.word, flaw.message, flaw.may_be_python, flaw.nth, flaw.is_warning)
    if may_mislead(place.data):
        warn_of_lookalikes(place, names)
    return Template(place.data, sandbox)
