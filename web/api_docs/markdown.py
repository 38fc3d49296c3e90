"""Renders Markdown files as pages with linkable headings and keyboard-scrollable wide blocks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_LOCAL = "http://127.0.0.1:8000"
_TABLE = '<div class="wide" role="region" aria-label="table" tabindex="0"><table>'


@dataclass(frozen=True)
class Heading:
    anchor: str
    title: str


@dataclass(frozen=True)
class RenderedText:
    """A rendered file: its title, its sections, and its HTML without the title."""

    title: str
    sections: tuple[Heading, ...]
    html: Markup


def render_inline(text: str) -> Markup:
    """A sentence of an OpenAPI description; HTML in it is escaped."""
    return Markup(MarkdownIt("commonmark", {"html": False}).renderInline(text))  # noqa: S704 - escaped by then


def render_file(file: Path, public_url: str) -> RenderedText:
    """The file, with localhost addresses replaced by this installation's."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(file.read_text(encoding="utf-8").replace(_LOCAL, public_url))
    # Raw HTML is used only for comments to editors of the file.
    tokens = [token for token in tokens if token.type != "html_block"]
    title, rest = tokens[1].content, tokens[3:]
    sections = tuple(_add_anchors(rest))
    html = str(markdown.renderer.render(rest, markdown.options, {}))
    html = html.replace("<table>", _TABLE).replace("</table>", "</table></div>")
    return RenderedText(title, sections, Markup(html.replace("<pre>", '<pre tabindex="0">')))  # noqa: S704 - our own file


def _add_anchors(tokens: Sequence[Token]) -> Iterator[Heading]:
    """The headings below the title, each with an anchor derived from its words."""
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[position + 1].content
            anchor = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
            token.attrSet("id", anchor)
            yield Heading(anchor, title)
