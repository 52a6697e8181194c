"""How Sphinx builds these pages: `sphinx-build -W -n -b html docs docs/_build`."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "flask_chatbot"
author = "the flask_chatbot authors"
release = version = installed("flask-chatbot")

extensions = ["myst_parser", "pallets_sphinx_themes", "sphinx.ext.autodoc", "generated"]
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

html_theme = "flask"
html_title = "flask_chatbot"
html_sidebars = {"**": ["localtoc.html", "relations.html", "searchbox.html"], "index": ["globaltoc.html", "searchbox.html"]}
html_theme_options = {"nosidebar": False}
html_show_sourcelink = False
version_banner = False
