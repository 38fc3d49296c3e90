"""A bar chart as SVG: one panel for each workload, each with its own scale."""

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _LABELS, _VALUES = 760, 150, 90
_BAR, _GAP, _TITLE, _MARGIN = 16, 6, 34, 14
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.bar{fill:#9aa7b4}"
    ".ours{fill:#c2410c}rect.ground{fill:#fff}"
)

Bars = Sequence[tuple[str, float]]


def render_svg(panels: Mapping[str, Bars], *, highlighted: str, unit: str) -> str:
    """The chart of `panels`, title to bars, shortest first; the bar named `highlighted` stands out."""
    parts, top = [], _MARGIN
    for title, bars in panels.items():
        parts.append(_render_panel(title, bars, top=top, highlighted=highlighted, unit=unit))
        top += _compute_height(bars)
    size = f'width="{_WIDTH}" height="{top + _MARGIN}" viewBox="0 0 {_WIDTH} {top + _MARGIN}"'
    ground = '<rect class="ground" width="100%" height="100%"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n'
        f"<style>{_STYLE}</style>\n{ground}\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _compute_height(bars: Bars) -> int:
    return _TITLE + len(bars) * (_BAR + _GAP) + _GAP


def _render_panel(title: str, bars: Bars, *, top: int, highlighted: str, unit: str) -> str:
    maximum = max((value for _, value in bars), default=0.0) or 1.0
    room = _WIDTH - _LABELS - _VALUES - 2 * _MARGIN
    lines = [f'<text class="title" x="{_MARGIN}" y="{top + 18}">{escape(title)}</text>']
    for place, (name, value) in enumerate(sorted(bars, key=lambda bar: bar[1])):
        y = top + _TITLE + place * (_BAR + _GAP)
        width = max(1.0, value / maximum * room)
        kind = "bar ours" if name == highlighted else "bar"
        left = _MARGIN + _LABELS
        lines += [
            f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{left}" y="{y}" width="{width:.1f}" height="{_BAR}"/>',
            f'<text x="{left + width + 6:.1f}" y="{y + 13}">{value:.2f} {escape(unit)}</text>',
        ]
    return "\n".join(lines)
