"""Values that fit the odd types, and all kinds that do not."""

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from tests.engine.executor.edge_case_types import Branch, Colour, Leaf, Number, Reversed, Size, Thing, View


class Raising:
    """Looks like a leaf until its title is read."""

    id = 5
    weight = 1.0

    @property
    def title(self) -> str:
        raise RuntimeError("no title")


def leaf(number: int, **changed: Any) -> Leaf:
    return Leaf(**{"id": strawberry.ID(f"{number}"), "title": f"t{number}", "weight": number / 2, **changed})


def thing(**changed: Any) -> Thing:
    branch = Branch(id=strawberry.ID("9"), name="branch", leaves=[leaf(3)], maybe=[None, leaf(4)])
    fitting: dict[str, Any] = {
        "id": strawberry.ID("1"),
        "text": "x",
        "text_opt": None,
        "whole": 7,
        "broken": 1.5,
        "truth": True,
        "colour": Colour.GREEN,
        "size": Size.LARGE,
        "number": Number.TWO,
        "moment": datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        "day": None,
        "exact": Decimal("1.10"),
        "uuid": UUID(int=7),
        "json": {"a": [1, None]},
        "reversed": Reversed("abc"),
        "grid": [[1, 2], [3]],
        "grid_opt": [[1, None], None],
        "tags": ["a", "b"],
        "leaf": leaf(1),
        "leaf_opt": None,
        "leaves": [leaf(1), leaf(2)],
        "node": leaf(7),
        "either": branch,
        "view": View(row=leaf(5)),
        "views": [View(row=leaf(5)), View(row=leaf(6))],
    }
    return Thing(**{**fitting, **changed})


async def later(value: Any) -> Any:
    await asyncio.sleep(0)
    return value


async def failing() -> Any:
    raise ValueError("failed while it was waited for")


def _without_tags() -> Thing:
    made = thing()
    del made.tags
    return made


VALUES: dict[str, Callable[[], Any]] = {
    "fitting": thing,
    "integer id": lambda: thing(id=77),
    "no text": lambda: thing(text=None),
    "nulls": lambda: thing(number=None, node=None, either=None, grid_opt=None, view=None, views=[]),
    "float for int": lambda: thing(whole=3.0),
    "fraction for int": lambda: thing(whole=3.5),
    "large int": lambda: thing(whole=2**40),
    "bool for int": lambda: thing(whole=True),
    "text for int": lambda: thing(whole="12"),
    "nan": lambda: thing(broken=math.nan),
    "infinite": lambda: thing(broken=math.inf),
    "int for float": lambda: thing(broken=3),
    "decimal for float": lambda: thing(broken=Decimal("2.5")),
    "int for bool": lambda: thing(truth=1),
    "text for bool": lambda: thing(truth="yes"),
    "int for text": lambda: thing(text=12),
    "float for text": lambda: thing(text=1.25),
    "list for text": lambda: thing(text=[1]),
    "exception for text": lambda: thing(text=ValueError("stored")),
    "exception for leaf": lambda: thing(leaf=ValueError("stored leaf")),
    "text later": lambda: thing(text=later("at last")),
    "leaf later": lambda: thing(leaf=later(leaf(4))),
    "failing later": lambda: thing(leaf_opt=failing(), text=failing()),
    "leaf of a list later": lambda: thing(leaves=[leaf(1), later(leaf(2))]),
    "tags later": lambda: thing(tags=later(["a"])),
    "tag later": lambda: thing(tags=["a", later("b")]),
    "none in a list": lambda: thing(leaves=[leaf(1), None]),
    "int for list": lambda: thing(leaves=5),
    "generator": lambda: thing(leaves=(leaf(number) for number in range(2))),
    "tuple": lambda: thing(leaves=(leaf(1),), tags=("q",)),
    "set": lambda: thing(tags={"q"}),
    "text for list": lambda: thing(tags="abc"),
    "none for tag": lambda: thing(tags=["a", None]),
    "unknown colour": lambda: thing(colour="zzz"),
    "colour's value": lambda: thing(colour="r"),
    "no colour": lambda: thing(colour=None),
    "size's value": lambda: thing(size="s"),
    "number's value": lambda: thing(number=2),
    "unknown number": lambda: thing(number=9),
    "enum of another": lambda: thing(colour=Size.SMALL),
    "day for moment": lambda: thing(moment=date(2026, 1, 1)),
    "text for moment": lambda: thing(moment="2026"),
    "no moment": lambda: thing(moment=None),
    "day": lambda: thing(day=date(2026, 1, 1)),
    "no json": lambda: thing(json=None),
    "nothing reversed": lambda: thing(reversed=None),
    "int reversed": lambda: thing(reversed=5),
    "reversed to none": lambda: thing(reversed="none"),
    "none in grid": lambda: thing(grid=[[1, None]]),
    "no grid": lambda: thing(grid=None),
    "text in grid": lambda: thing(grid=[["x"]]),
    "raising leaf": lambda: thing(leaf=Raising()),
    "foreign leaf": lambda: thing(leaf=object()),
    "no leaf": lambda: thing(leaf=None),
    "nan in a leaf": lambda: thing(leaf=leaf(1, weight=math.nan)),
    "no title in a list": lambda: thing(leaves=[leaf(1), leaf(2, title=None)]),
    "no title in a nullable": lambda: thing(leaf_opt=leaf(2, title=None)),
    "cast": lambda: thing(leaf=strawberry.cast(Leaf, Raising())),
    "cast to another": lambda: thing(leaf=strawberry.cast(Branch, leaf(1))),
    "unset": lambda: thing(text_opt=strawberry.UNSET),
    "foreign node": lambda: thing(node=object()),
    "leaf for either": lambda: thing(either=leaf(1)),
    "either cast to another": lambda: thing(either=strawberry.cast(Branch, leaf(1))),
    "foreign either": lambda: thing(either=object()),
    "view of nobody's": lambda: thing(view=View(row=leaf(1, title="nobody's"))),
    "view without row": lambda: thing(views=[View(row=None), View(row=leaf(1))]),
    "view without title": lambda: thing(views=[View(row=leaf(1, title=None))]),
    "view for leaf": lambda: thing(leaf_opt=View(row=leaf(1))),
    "dict": lambda: {"text": "x"},
    "none": lambda: None,
    "exception": lambda: ValueError("an item"),
    "later": lambda: later(thing()),
    "failing": failing,
    "without tags": _without_tags,
}
