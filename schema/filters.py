"""Inputs that every `where` is made of."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from domain.money import Toman
from schema.node import parse_id

SEARCH_COST = 100
"""Points that a search for a part of a text costs: no index helps the database with it."""


@strawberry.input(description="One of several records.")
class IdIn:
    """Records by their global ids."""

    any_of: list[strawberry.ID] = strawberry.field(
        name="in", description="Global ids; an empty list matches nothing."
    )


@strawberry.input(description="A part of a text.")
class TextContains:
    """Texts by a part of theirs."""

    contains: str = strawberry.field(
        description="The part, in whichever case and spelling.", metadata={"cost": SEARCH_COST}
    )


@strawberry.input(description="A span of time.")
class DateTimeRange:
    """Moments between two bounds."""

    gte: datetime | None = strawberry.field(default=None, description="This moment or later.")
    lte: datetime | None = strawberry.field(default=None, description="This moment or earlier.")


@strawberry.input(description="A span of money.")
class TomanRange:
    """Amounts between two bounds."""

    gte: Toman | None = strawberry.field(default=None, description="So many Toman or more.")
    lte: Toman | None = strawberry.field(default=None, description="So many Toman or fewer.")


def parse_ids(chosen: IdIn | None, type_name: str, *, field: str) -> Sequence[int] | None:
    """The numbers in the chosen global ids; None where nothing is asked.

    Raises:
        InvalidInput: an id of another type.
    """
    return None if chosen is None else [parse_id(each, type_name, field=field) for each in chosen.any_of]
