"""Global ids and the `Node` interface (Relay's Object Identification)."""

import base64
import binascii
import re
from binascii import b2a_base64
from functools import lru_cache
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

from domain.problems import InvalidInput
from schema.context import Info
from schema.fields import column

_ID = "Global id, unique across all types; opaque to clients."
_DIGITS = re.compile(r"[0-9]{1,10}", re.ASCII)


def to_global_id(type_name: str, key: object) -> strawberry.ID:
    """The id that clients see: base64 of `Type:key`."""
    return strawberry.ID(base64.b64encode(f"{type_name}:{key}".encode()).decode())


def to_optional_global_id(type_name: str, key: int | None) -> strawberry.ID | None:
    """`global_id` of a record that may not be there."""
    return None if key is None else to_global_id(type_name, key)


def id_field(type_name: str) -> Any:
    """The field `id` of a view, made of its row's primary key."""
    prefix = f"{type_name}:"

    @lru_cache(10_000)
    def encode(key: int) -> str:
        return b2a_base64(f"{prefix}{key}".encode(), newline=False).decode()

    return column("id", description=_ID, convert=encode)


def parse_id(text: str, type_name: str, *, field: str) -> int:
    """The number in the global id of a `type_name`.

    Raises:
        InvalidInput: `text` is no global id, or of another type; `field` is the argument it came in.
    """
    key = _decode_key(text, type_name, field=field)
    if not _DIGITS.fullmatch(key):
        raise InvalidInput(field=field)
    return int(key)


def parse_uuid(text: str, type_name: str, *, field: str) -> UUID:
    """The UUID in the global id of a `type_name`.

    Raises:
        InvalidInput: `text` is no global id, or of another type; `field` is the argument it came in.
    """
    try:
        return UUID(_decode_key(text, type_name, field=field))
    except ValueError as error:
        raise InvalidInput(field=field) from error


def parse_text(text: str, type_name: str, *, field: str) -> str:
    """The key in the global id of a `type_name` whose keys are texts.

    Raises:
        InvalidInput: `text` is no global id, or of another type; `field` is the argument it came in.
    """
    return _decode_key(text, type_name, field=field)


def _decode_key(text: str, type_name: str, *, field: str) -> str:
    found, key = _split(text, field=field)
    if found != type_name:
        raise InvalidInput(field=field)
    return key


def _split(text: str, *, field: str) -> tuple[str, str]:
    try:
        type_name, _, key = base64.b64decode(text, validate=True).decode("ascii").partition(":")
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(field=field) from error
    return type_name, key


@strawberry.interface(description="Any object that `node(id)` can fetch.")
class Node:
    """A type with a global id."""

    id: strawberry.ID = strawberry.field(description=_ID)

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        """The record with this number, as the type's own root field would show it to the viewer."""
        raise NotImplementedError

    @classmethod
    async def look_up(cls, info: Info, text: str, *, field: str) -> Self | None:
        """The record with this global id, which the argument `field` holds.

        Raises:
            InvalidInput: `text` is no id of this type.
        """
        return await cls.find(info, parse_id(text, cls.__name__, field=field))


@strawberry.type
class NodeQuery:
    @strawberry.field(
        description="The object with this global id, or null. Follows the same access rules as the type's "
        "own query: another user's order or ticket is the error `FORBIDDEN`, any other record of another "
        "user is null."
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The global id of any `Node`.")],  # noqa: A002 - Relay's name
    ) -> Node | None:
        type_name, _ = _split(id, field="id")
        kind = next((kind for kind in Node.__subclasses__() if kind.__name__ == type_name), None)
        if kind is None:
            raise InvalidInput(field="id")
        return await kind.look_up(info, id, field="id")
