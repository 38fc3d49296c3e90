"""Legacy spellings of parameters → typed values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from starlette.requests import Request

from asgi import parameters as shared
from domain import digits, texts
from domain.problems import InvalidInput
from resolvers.pages import Direction
from resolvers.shop import Shop

Column = TypeVar("Column")

_LAST_MOMENT = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class Parameters(shared.Parameters):
    """The parameters of one request, with the readings that only the legacy app needs."""

    def key(self, name: str) -> int | None:
        """The id of a record, None where absent or blank; 0, which is no record's, where malformed."""
        value = self.values.get(name)
        if value is None or not texts.strip(str(value)):
            return None
        return self.integer(name) or 0

    def required_key(self, name: str) -> int:
        """The id of a record; 0, which is no record's, where malformed.

        Raises:
            InvalidInput: absent or blank.
        """
        key = self.key(name)
        if key is None:
            raise InvalidInput(field=name)
        return key

    def integer_within(self, bounds: range, name: str, *, default: int) -> int:
        """The integer if it lies in `bounds`, else `default`."""
        value = self.integer(name)
        return value if value is not None and value in bounds else default

    def moment(self, name: str) -> datetime | None:
        """The moment given in unix seconds, 9999 at most; None where absent, malformed or negative."""
        seconds = self.integer(name)
        if seconds is None or seconds < 0:
            return None
        return datetime.fromtimestamp(min(seconds, _LAST_MOMENT), UTC)

    def ordering(
        self, name: str, columns: Mapping[str, Column], *, default: Column
    ) -> tuple[Column, Direction]:
        """The column to sort by, `-` before it for descending; unknown or absent: `default`, descending."""
        value = self.values.get(name)
        word = texts.strip(value) if isinstance(value, str) else ""
        column = columns.get(word.removeprefix("-"))
        if column is None:
            return default, Direction.DESC
        return column, Direction.DESC if word.startswith("-") else Direction.ASC


class MethodOverridden(Exception):
    """A POST stands for `method`, as Laravel reads `_method` and X-HTTP-Method-Override."""

    def __init__(self, method: str) -> None:
        super().__init__(method)
        self.method = method


def check_method(request: Request, override: object) -> None:
    """Refuse a POST that is meant as another method: no route takes one in this way.

    Raises:
        MethodOverridden: `override` names another method.
    """
    if request.method == "POST" and isinstance(override, str):
        method = override.strip().upper()
        if method.isalpha() and method != "POST":
            raise MethodOverridden(method)


async def parameters(request: Request) -> Parameters:
    """The request's parameters. A body that is malformed, or of no known type, counts as empty.

    Raises:
        MethodOverridden: as in `check_method`.
    """
    values = await shared.sent_with(request)
    check_method(request, values.get("_method"))
    return Parameters(values)


def record_id(request: Request) -> int:
    """The integer that `{id}` of the path spells; 0, which is no record's id, where it spells none."""
    return digits.parse_integer(request.path_params["id"]) or 0


def shop(request: Request) -> Shop:
    """The installation that the route belongs to."""
    installed: Shop = request.app.state.shop
    return installed
