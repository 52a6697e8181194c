"""How Sphinx builds these pages: `sphinx-build -W -n -b html docs docs/_build`."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "flask_chatbot"
author = "the flask_chatbot authors"
copyright = f"2026, {author}. BSD-3-Clause"  # noqa: A001, since Sphinx reads this name
release = version = installed("flask-chatbot")

extensions = ["myst_parser", "sphinx_design", "sphinx_copybutton", "sphinx.ext.autodoc", "generated", "chats", "twins"]
templates_path = ["_templates"]
exclude_patterns = ["_build", "examples"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_ref_domains = ["std", "py"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True
# The build needs no network, so names of other projects lead nowhere.
nitpick_ignore_regex = [("py:.*", r"(?!flask_chatbot).*")]
# What Image, Audio, Video and Document have in common, and nobody makes.
nitpick_ignore = [("py:class", "flask_chatbot.core.values.replies.Media")]

highlight_language = "text"  # of blocks that name none

# Of a session only the commands are copied, without their prompts.
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = f"flask_chatbot {version}"
html_logo = html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_copy_source = False
pygments_style, pygments_dark_style = "tango", "github-dark"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b6b4f", "color-brand-content": "#0b6b4f", "color-brand-visited": "#4b5f57"},
    "dark_css_variables": {"color-brand-primary": "#5fd3a7", "color-brand-content": "#5fd3a7", "color-brand-visited": "#9cc7b6"},
}
