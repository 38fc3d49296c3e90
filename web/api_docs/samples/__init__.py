"""Code samples of one request in several languages; each runs unchanged, given a token."""

import json
import shlex
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.api_docs.openapi_view import Operation

LANGUAGES = {"curl": "curl", "javascript": "JavaScript", "python": "Python"}
"""Display names of the languages, by the name of their template."""


@dataclass(frozen=True)
class Sample:
    """Code in one of `LANGUAGES`."""

    language: str
    code: str


def build_samples(operation: Operation, public_url: str) -> tuple[Sample, ...]:
    """The operation's example in every language.

    The token, if needed, is the shell's `$TOKEN` or the program's `token`.
    """
    url = f"{public_url}{fill_path(operation)}"
    query = operation.examples("query")
    values = {
        "url": url,
        "address": f"{url}?{urlencode(query)}" if query else url,
        "query": query,
        "headers": get_headers(operation),
        "body": operation.examples("body"),
        "method": operation.method,
        "needs_token": operation.needs_token,
        "redirects": operation.redirects,
        "shows_page": operation.shows_page,
    }
    return tuple(
        Sample(language, _TEMPLATES.get_template(f"{language}.jinja").render(values).rstrip())
        for language in LANGUAGES
    )


def fill_path(operation: Operation) -> str:
    """The path with the example's values filled in."""
    return operation.path.format(**operation.examples("path"))


def get_headers(operation: Operation) -> dict[str, str]:
    """The example's headers except the token's."""
    headers = {name: str(value) for name, value in operation.examples("header").items()}
    if operation.examples("body"):
        headers = {"Content-Type": "application/json", **headers}
    return {"Accept": "application/json", **headers}


def _build_templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,  # noqa: S701 - code, not HTML: pages escape it where they show it
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(json=partial(json.dumps, ensure_ascii=False), quoted=shlex.quote)
    return environment


_TEMPLATES = _build_templates()
