"""How the documents become a site: Sphinx and MyST, which are maintained and check every link, and furo, whose pages
ask nothing of another host (mkdocs stands still since 2024, and its Material theme asks for fonts unless told not to).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "Kliping"
extensions = ["myst_parser", "inward"]
exclude_patterns = ["_extensions", "_static", "window", "flow.svg"]
myst_heading_anchors = 4
myst_enable_extensions = ["html_image", "strikethrough"]
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # DuckDB's SQL is more than the highlighter knows; the tests run it
smartquotes = False  # quotation marks are this project's subject: they stand as they were typed
pygments_style = "default"
pygments_dark_style = "github-dark"

html_theme = "furo"
html_title = "Kliping"
html_static_path = ["_static"]
html_css_files = ["kliping.css"]
html_show_copyright = False
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"footer_icons": []}
