"""Templates whose scripts carry the page's nonce, so that no other script runs."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import BaseLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

FOLDER = Path(__file__).with_name("templates")
ASSETS = Path(__file__).with_name("assets")
_SCRIPT = "<script"
_WITH_NONCE = '<script nonce="{{ request.state.nonce }}"'
_PARTS = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
Source = tuple[str, str | None, Callable[[], bool] | None]


class _NonceLoader(BaseLoader):
    """Adds the nonce to each script in the source of another loader's templates.

    Values inserted on rendering come later and so never get one.
    """

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(self, environment: Environment, template: str) -> Source:
        source, filename, is_fresh = self._loader.get_source(environment, template)
        return source.replace(_SCRIPT, _WITH_NONCE), filename, is_fresh


def build_loaders() -> list[BaseLoader]:
    """The library's templates, which those in `FOLDER` extend as `library/…`."""
    library = PackageLoader("starlette_admin", "templates")
    return [_NonceLoader(_PrefixLoader("library/", library)), _NonceLoader(library)]


def render_partial(name: str, **values: object) -> str:
    """Render a template that is a part of a page."""
    return _PARTS.get_template(name).render(**values)


class _PrefixLoader(BaseLoader):
    """A loader's templates under names with a prefix."""

    def __init__(self, prefix: str, loader: BaseLoader) -> None:
        self._prefix = prefix
        self._loader = loader

    def get_source(self, environment: Environment, template: str) -> Source:
        return self._loader.get_source(environment, template.removeprefix(self._prefix))
