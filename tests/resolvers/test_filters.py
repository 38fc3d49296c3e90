"""What a list is filtered and sorted by is compared with its model when it is defined."""

from enum import StrEnum
from typing import Annotated

import pytest

from models import Order
from resolvers.filters import Contains, Filter, IsSet, OnColumn, columns_of


def test_a_criterion_on_an_unknown_column_is_refused() -> None:
    with pytest.raises(TypeError, match="Order has no column 'colour'"):

        class _Unknown(Filter[Order]):
            colour: Contains | None = None

    with pytest.raises(TypeError, match="Order has no column 'painter_id'"):

        class _Misplaced(Filter[Order]):
            link: Annotated[Contains | None, OnColumn("painter_id")] = None

    with pytest.raises(TypeError, match="Order has no column 'painted_at'"):

        class _Unset(Filter[Order]):
            is_painted: Annotated[bool | None, IsSet("painted_at")] = None


def test_a_sort_order_by_an_unknown_column_is_refused() -> None:
    with pytest.raises(TypeError, match="Order has no column 'colour'"):

        @columns_of(Order)
        class _Unknown(StrEnum):
            COLOUR = "colour"
