"""Settings of Sphinx for the course's site, and formulas that are drawn while it is built."""

import json
import re
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "notebooks")]

project = "A network that recites, from scratch"
author = ""
copyright = "2026, the course's authors. Code BSD 3-Clause, words and pictures CC BY 4.0"
language = "en"

extensions = ["myst_nb"]
source_suffix = {".ipynb": "myst-nb", ".md": "myst-nb"}
nb_execution_mode = "off"
nb_code_prompt_show = "Show what comes"
nb_code_prompt_hide = "Hide what comes"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["myst.header"]  # a lesson's title stands alone on its level

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["static"]
html_css_files = ["course.css"]
html_js_files = [("course.js", {"defer": ""})]
templates_path = ["templates"]
html_sidebars = {"**": ["navbar-logo.html", "find.html", "sbt-sidebar-nav.html"]}
html_copy_source = html_show_sourcelink = html_show_sphinx = False
html_theme_options = {
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "home_page_in_toc": True,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_persistent": [],
    "logo": {"text": "A network that recites"},
    "back_to_top_button": False,
    "footer_content_items": "copyright.html",
}
html_math_renderer = "drawn"

GLYPH = r'(<path id="([^"]+)"[^>]*></path>)'


class Formulas:
    """MathJax in a process of its own. A page's glyphs are collected, to stand in it only once."""

    def __init__(self):
        self.process, self.drawn, self.glyphs = None, {}, {}

    def draw(self, tex, display):
        """Return a formula's HTML, without glyphs, and the glyphs as {id: path}."""
        key = (tex, display)
        if key not in self.drawn:
            if self.process is None:
                self.process = subprocess.Popen(
                    ["node", HERE / "formulas.cjs"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    encoding="utf-8",
                )
            print(json.dumps({"tex": tex, "display": display}), file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
            if not answer:
                raise RuntimeError("MathJax ended: was `npm ci --prefix .site` run?")
            html = re.sub(r"MJX-\d+-", "", json.loads(answer)).replace("xlink:href", "href")
            glyphs = {id_: path for path, id_ in re.findall(GLYPH, html)}
            html = re.sub(r"<defs>.*?</defs>", "", html)
            if float(re.search(r'width="([\d.]+)ex"', html)[1]) > 26:  # wider than a phone
                html = html.replace('class="MathJax"', 'class="MathJax wide"', 1)
            self.drawn[key] = html, glyphs
        return self.drawn[key]

    def visit(self, translator, node, display):
        html, glyphs = self.draw(node.astext(), display)
        if "data-mjx-error" in html:
            trouble = re.search('data-mjx-error="([^"]*)"', html)[1]
            logging.getLogger(__name__).warning("%s: %s", trouble, node.astext(), location=node)
        self.glyphs.setdefault(translator.builder.current_docname, {}).update(glyphs)
        translator.body.append(f'<div class="formula">{html}</div>' if display else html)
        raise nodes.SkipNode

    def put_glyphs(self, app, pagename, templatename, context, doctree):
        if "body" not in context:
            return
        glyphs = "".join(self.glyphs.get(pagename, {}).values())
        glyphs = (
            f'<svg class="glyphs" aria-hidden="true"><defs>{glyphs}</defs></svg>' if glyphs else ""
        )
        # A fold's own words say more than the name that myst-nb gives it.
        context["body"] = glyphs + context["body"].replace(
            ' aria-label="Toggle hidden content"', ""
        )


def setup(app):
    formulas = Formulas()
    app.add_html_math_renderer(
        "drawn",
        (lambda translator, node: formulas.visit(translator, node, False), None),
        (lambda translator, node: formulas.visit(translator, node, True), None),
    )
    app.connect("html-page-context", formulas.put_glyphs)
    return {"parallel_read_safe": True}
