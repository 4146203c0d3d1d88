"""Configuration of the documentation site; ``make docs`` builds it."""

import sys
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "extensions"), str(HERE.parent)]

import causal_dag  # noqa: E402

project = "causal-dag"
author = "the causal-dag developers"
copyright = "the causal-dag developers"  # noqa: A001
version = release = causal_dag.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_nb",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "console",
    "reference_pages",
]
nitpicky = True
templates_path = ["templates"]
exclude_patterns = [
    "_build",
    "extensions",
    "templates",
    "gallery",
    "examples/*.ipynb",
    "**sg_execution_times.rst",
]

# Pages
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_execution_timeout = 120
suppress_warnings = ["config.cache"]

# Reference
add_module_names = False
autodoc_typehints = "none"
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_show_inherited_class_members = False

# Gallery
warnings.filterwarnings("ignore", category=UserWarning, message=".*non-interactive.*")
sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "examples",
    "filename_pattern": r"\.py$",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1_000,
    "copyfile_regex": r"",
    "image_scrapers": "figures.scraped_figures",
    "ignore_repr_types": r"matplotlib\.|causal_dag\.plotting\.",
}

# Look
html_theme = "pydata_sphinx_theme"
html_title = "causal-dag"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_sidebars = {"index": [], "first_table": [], "changelog": []}
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
