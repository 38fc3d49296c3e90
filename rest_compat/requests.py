"""Converts the legacy app's parameters to typed values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from starlette.requests import Request

from domain import digits, text_cleaning
from domain.problems import InvalidInput
from resolvers.app_context import AppContext
from resolvers.pagination import Direction
from web import parameters as shared

Column = TypeVar("Column")

_MAX_UNIX_SECONDS = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class Parameters(shared.Parameters):
    """The parameters of one request, with the getters that only the legacy app needs."""

    def get_key(self, name: str) -> int | None:
        """A record id, None if absent or blank; 0, which no record has, if malformed."""
        value = self.values.get(name)
        if value is None or not text_cleaning.strip(str(value)):
            return None
        return self.get_integer(name) or 0

    def require_key(self, name: str) -> int:
        """A record id; 0, which no record has, if malformed.

        Raises:
            InvalidInput: absent or blank.
        """
        key = self.get_key(name)
        if key is None:
            raise InvalidInput(field=name)
        return key

    def get_integer_within(self, bounds: range, name: str, *, default: int) -> int:
        """The integer if it lies in `bounds`, else `default`."""
        value = self.get_integer(name)
        return value if value is not None and value in bounds else default

    def get_datetime(self, name: str) -> datetime | None:
        """The timestamp given in Unix seconds, up to the year 9999; None if absent, malformed or negative."""
        seconds = self.get_integer(name)
        if seconds is None or seconds < 0:
            return None
        return datetime.fromtimestamp(min(seconds, _MAX_UNIX_SECONDS), UTC)

    def get_ordering(
        self, name: str, columns: Mapping[str, Column], *, default: Column
    ) -> tuple[Column, Direction]:
        """The sort column, with a leading `-` for descending; if unknown or absent, `default` descending."""
        value = self.values.get(name)
        column_name = text_cleaning.strip(value) if isinstance(value, str) else ""
        column = columns.get(column_name.removeprefix("-"))
        if column is None:
            return default, Direction.DESC
        return column, Direction.DESC if column_name.startswith("-") else Direction.ASC


class MethodOverridden(Exception):
    """A POST overrides its method, as Laravel does with `_method` and X-HTTP-Method-Override."""

    def __init__(self, method: str) -> None:
        super().__init__(method)
        self.method = method


def check_method(request: Request, override: object) -> None:
    """Refuse a POST that overrides its method: no route accepts that.

    Raises:
        MethodOverridden: `override` names another method.
    """
    if request.method == "POST" and isinstance(override, str):
        method = override.strip().upper()
        if method.isalpha() and method != "POST":
            raise MethodOverridden(method)


async def read_parameters(request: Request) -> Parameters:
    """The request's parameters. A malformed body, or one of unknown type, counts as empty.

    Raises:
        MethodOverridden: as in `check_method`.
    """
    values = await shared.read_parameters(request)
    check_method(request, values.get("_method"))
    return Parameters(values)


def parse_record_id(request: Request) -> int:
    """The integer in `{id}` of the path; 0, which no record has, if it is not one."""
    return digits.parse_integer(request.path_params["id"]) or 0


def get_app(request: Request) -> AppContext:
    """The application context of the route's installation."""
    app: AppContext = request.app.state.context
    return app
