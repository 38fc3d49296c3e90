"""The pages: HTML without inline styles or scripts, so that their policy can forbid foreign content."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from web.api_docs import assets, front_page, markdown, openapi_view, samples
from web.api_docs.json_highlighting import highlight

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
# Swagger UI sets style attributes, and sends requests of its own.
_SWAGGER_POLICY = _POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'; connect-src 'self'")


class Pages:
    """The pages of one installation described by `document`."""

    def __init__(self, document: openapi_view.Document, *, shows_graphql: bool) -> None:
        self._document = document
        self._shows_graphql = shows_graphql
        self._public_url: str = document["servers"][0]["url"]
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(coloured=highlight, inline=markdown.render_inline)
        self._templates.globals.update(asset=assets.build_url, shows_graphql=shows_graphql)

    def reference(self) -> HTMLResponse:
        """The REST reference, with links to the other documents."""
        return self._page(
            "reference.html",
            current="rest",
            about=self._document["info"]["description"],
            groups=openapi_view.read_groups(self._document),
            general_answers=openapi_view.read_general_answers(self._document),
            languages=samples.LANGUAGES,
            samples=lambda operation: samples.build_samples(operation, self._public_url),
            public_url=self._public_url,
        )

    def front(self) -> HTMLResponse:
        """The front page."""
        found = front_page.list_addresses(shows_graphql=self._shows_graphql)
        return self._page("front.html", current="", addresses=found.values())

    def swagger(self) -> HTMLResponse:
        """Swagger UI, which can send requests."""
        return self._page("swagger.html", policy=_SWAGGER_POLICY, current="swagger")

    def text(self, file: Path, *, current: str) -> HTMLResponse:
        return self._page("text.html", current=current, text=markdown.render_file(file, self._public_url))

    def _page(self, template: str, *, policy: str = _POLICY, **values: object) -> HTMLResponse:
        html = self._templates.get_template(template).render(values)
        return HTMLResponse(
            html, headers={"Content-Security-Policy": policy, "Cache-Control": "public, max-age=300"}
        )
