"""What a type declares about a filter or a row is compared with it when the type is defined."""

import pytest
import strawberry

from models import Order
from resolvers.orders import OrderFilter
from schema.fields import View, column
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


def test_a_view_has_only_columns_of_its_row() -> None:
    with pytest.raises(RuntimeError) as raised:

        class _View(View[Order]):
            colour: str = column("colour", description="Its colour.")

    assert str(raised.value.__cause__) == "Order has no column 'colour'"
