"""The site: uv run --group docs sphinx-build -W --keep-going -n docs build/site"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

import elsewhere

import jpi

project = "JPI"
author = copyright = "The JPI developers"
release = version = jpi.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.mathjax",
    "docstrings",
    "elsewhere",
    "examples",
    "functions",
    "mpirun",
]
exclude_patterns = ["_extensions", "_build"]

html_theme = "furo"
html_title = "JPI"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
default_role = "code"  # of docstrings, which have single backticks

autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "groupwise"
own_functions = {
    "jpi.lax": ["associative_scan"],
}

intersphinx_mapping = elsewhere.reachable()  # without a network, `elsewhere` makes the links
intersphinx_timeout = 10

linkcheck_ignore = [r"https?://"]
