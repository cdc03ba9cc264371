"""How the documentation becomes pages: Sphinx reads Markdown, and some parts come from the product itself."""

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import product  # noqa: E402

project = "Entente"
author = "The contributors to Entente"
project_copyright = f"2026, {author}. Licensed under the EUPL"
html_title = "Entente"
html_theme = "furo"
html_theme_options = {  # the product's own accent, as in entente/ui/static/ui/style/tokens.css
    "light_css_variables": {"color-brand-primary": "#0a5c63", "color-brand-content": "#0a5c63"},
    "dark_css_variables": {"color-brand-primary": "#83cbc8", "color-brand-content": "#83cbc8"},
}
html_show_sphinx = False
html_copy_source = False
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]


class FromProduct(SphinxDirective):
    """`{product} words` stands where the product itself says what is to be read there."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The Markdown the product tells, as if it had been written here."""
        product.use_django()
        told = StringList(product.TELLS[self.arguments[0]]().splitlines(), "product.py")
        holder = nodes.container()
        self.state.nested_parse(told, self.content_offset, holder, match_titles=True)
        self.env.note_reread()
        return holder.children


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known to Sphinx."""
    app.add_directive("product", FromProduct)
    return {"parallel_read_safe": False}
