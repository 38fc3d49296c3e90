"""Shared inputs of the `where` arguments."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from domain.money import Toman
from engine.protection.input_prices import Cost
from schema.node import parse_id

SEARCH_COST = 100
"""Points that a search for a part of a text costs: no index helps the database with it."""


@strawberry.input(description="Matches any of several records.")
class IdIn:
    """Records by their global ids."""

    any_of: list[strawberry.ID] = strawberry.field(
        name="in", description="Global ids to match; an empty list matches nothing."
    )


@strawberry.input(description="Matches part of a text.")
class TextContains:
    """Texts by a part of theirs."""

    contains: str = strawberry.field(
        description="The text to find, ignoring case and spelling variants.",
        metadata=Cost(SEARCH_COST).metadata,
    )


@strawberry.input(description="A range of time.")
class DateTimeRange:
    """Timestamps between two bounds."""

    gte: datetime | None = strawberry.field(default=None, description="At or after this time.")
    lte: datetime | None = strawberry.field(default=None, description="At or before this time.")


@strawberry.input(description="A range of amounts.")
class TomanRange:
    """Amounts between two bounds."""

    gte: Toman | None = strawberry.field(default=None, description="At least this many Toman.")
    lte: Toman | None = strawberry.field(default=None, description="At most this many Toman.")


def parse_ids(chosen: IdIn | None, type_name: str, *, field: str) -> Sequence[int] | None:
    """The numbers in the chosen global ids; None where nothing is asked.

    Raises:
        InvalidInput: an id of another type.
    """
    return None if chosen is None else [parse_id(each, type_name, field=field) for each in chosen.any_of]
