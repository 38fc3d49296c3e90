"""JSON as syntax-highlighted HTML, with each string in its own text direction."""

import json
from collections.abc import Iterable

from markupsafe import Markup

_INDENT = "    "


def highlight(value: object, indent: str = "") -> Markup:
    """`value` as indented JSON for a `pre` element, with the classes `key`, `string` and `literal`."""
    if isinstance(value, dict) and value:
        lines = (
            Markup('<span class="key">"{}"</span>: {}').format(key, highlight(item, indent + _INDENT))
            for key, item in value.items()
        )
        return _join_lines("{", lines, "}", indent)
    if isinstance(value, list) and value:
        return _join_lines("[", (highlight(item, indent + _INDENT) for item in value), "]", indent)
    if isinstance(value, str):
        # The quotation marks stay outside, so that Persian text does not reverse them.
        inner = json.dumps(value, ensure_ascii=False)[1:-1]
        return Markup('<span class="string">"<bdi>{}</bdi>"</span>').format(inner)
    return Markup('<span class="literal">{}</span>').format(json.dumps(value))


def _join_lines(start: str, lines: Iterable[Markup], end: str, indent: str) -> Markup:
    inner = Markup(",\n{}").format(indent + _INDENT).join(lines)
    return Markup("{}\n{}{}\n{}{}").format(start, indent + _INDENT, inner, indent, end)
