"""The shop's own small pages: Persian, right to left, without scripts or external resources."""

import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from jinja2 import Environment

_SHARED = Path(__file__).parent / "templates"

Render = Callable[..., HTMLResponse]


def build_renderer(folder: Path) -> Render:
    """`render(name, status_code, **values)` for the templates in `folder`, which may extend `page.html`."""

    @cache
    def environment() -> "Environment":
        # Imported lazily: both take 6 MB, which a GraphQL-only server does not need.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        from domain import persian_format

        templates = Environment(
            loader=FileSystemLoader([folder, _SHARED]), autoescape=True, undefined=StrictUndefined
        )
        templates.filters.update(
            number=persian_format.format_number,
            digits=persian_format.to_persian_digits,
            datetime=persian_format.format_datetime,
        )
        return templates

    def render(name: str, status_code: int = 200, **values: object) -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        content = environment().get_template(name).render(nonce=nonce, **values)
        return HTMLResponse(content, status_code, _headers(nonce))

    return render


def _headers(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
