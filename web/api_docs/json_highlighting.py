"""JSON as HTML: indented, with the kinds of values told apart, and each text in its own direction."""

import json
from collections.abc import Iterable

from markupsafe import Markup

_INDENT = "    "


def highlight(value: object, indent: str = "") -> Markup:
    """`value` as JSON for a `pre` element; classes are `key`, `text` and `word`: numbers and names."""
    if isinstance(value, dict) and value:
        lines = (
            Markup('<span class="key">"{}"</span>: {}').format(key, highlight(item, indent + _INDENT))
            for key, item in value.items()
        )
        return _join_lines("{", lines, "}", indent)
    if isinstance(value, list) and value:
        return _join_lines("[", (highlight(item, indent + _INDENT) for item in value), "]", indent)
    if isinstance(value, str):
        # The quotation marks stay outside, so that Persian between them does not turn them around.
        inner = json.dumps(value, ensure_ascii=False)[1:-1]
        return Markup('<span class="text">"<bdi>{}</bdi>"</span>').format(inner)
    return Markup('<span class="word">{}</span>').format(json.dumps(value))


def _join_lines(start: str, lines: Iterable[Markup], end: str, indent: str) -> Markup:
    inner = Markup(",\n{}").format(indent + _INDENT).join(lines)
    return Markup("{}\n{}{}\n{}{}").format(start, indent + _INDENT, inner, indent, end)
