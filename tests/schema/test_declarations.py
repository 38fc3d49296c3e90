"""What a type declares about a filter or a row is compared with it when the type is defined."""

import pytest
import strawberry

from engine.executor.hints import FieldHints
from models import Order
from resolvers.orders import OrderFilter
from schema.fields import View, column, related
from schema.filters import IdIn, TextContains, Where, ids_of


def test_a_where_has_only_the_criteria_of_its_filter() -> None:
    with pytest.raises(TypeError, match="is not a criterion of OrderFilter"):

        class _Unknown(Where[OrderFilter]):
            colour: TextContains | None = strawberry.field(default=None)

    with pytest.raises(TypeError, match="is not a criterion of OrderFilter"):

        class _OfAnotherType(Where[OrderFilter]):
            created_at: TextContains | None = strawberry.field(default=None)

    with pytest.raises(TypeError, match="is not a criterion of OrderFilter"):

        class _OfIds(Where[OrderFilter]):
            link: IdIn | None = strawberry.field(default=None, metadata=ids_of("Order"))


def test_a_view_has_only_columns_and_relations_of_its_row() -> None:
    with pytest.raises(TypeError, match="Order has no column 'colour'"):

        class _Unknown(View[Order]):
            colour: str = column("colour", description="Its colour.")

    with pytest.raises(TypeError, match="Order has no column 'shade'"):

        class _Needing(View[Order]):
            colour: str = strawberry.field(metadata=FieldHints(columns=("link", "shade")).metadata)

    with pytest.raises(TypeError, match="Order has no column 'painter_id'"):

        class _Referring(View[Order]):
            painter: str = strawberry.field(metadata=related("painter", str))
