"""Pages are answered from rows exactly as they are from the objects of these rows."""

from random import Random

import pytest
from graphql import GraphQLObjectType, get_named_type

import schema
from config.settings import Settings
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from models import Category, Order, Service, User
from resolvers.pagination import Page
from tests.fakes import RecordingSms, build_app, create_user
from tests.fixtures import create_authorization, create_client
from tests.resolvers.factories import create_category, create_order, create_service
from tests.search_depth import DEPTH

DOCUMENTS = 60
ORDERS = ("ID", "CHARGE", "QUANTITY", "CREATED_AT", "UPDATED_AT")
SERVICES = ("ID", "NAME", "PRICE", "MIN", "MAX", "CREATED_AT", "UPDATED_AT")
FULL = {"DripFeed": "{ runs interval quantity }", "OrderEvent": "{ to }", "Refill": "{ id status }"}


async def create_records() -> User:
    """A buyer with orders of every type, some with all columns filled, some with none that may be null."""
    buyer = await create_user(balance=1_000)
    categories = [await create_category(), await create_category()]
    for place, type_ in enumerate(ServiceType):
        service = await create_service(category=categories[place % 2], type=type_, drip_feed=place % 3 == 0)
        await Service.filter(id=service.id).update(description="<b>سلام</b>", can_refill=place % 2 == 0)
        order = await create_order(buyer, service, charge=place, status=list(OrderStatus)[place % 8])
        if place % 2:
            await Order.filter(id=order.id).update(
                comments="one\ntwo", username="sara", note="با تاخیر", is_drip_feed=True, runs=3, interval=5
            )
        if type_ is ServiceType.SUBSCRIPTIONS:
            await Order.filter(id=order.id).update(
                subscription_posts=3, subscription_min=5, subscription_status=SubscriptionStatus.ACTIVE
            )
    await Category.filter(id=categories[0].id).update(image="a.png")
    return buyer


class Documents:
    """Random documents over one of the two lists."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def next(self) -> tuple[str, dict[str, object]]:
        name, columns, type_ = self._chance.choice(
            [("orders", ORDERS, "Order"), ("services", SERVICES, "Service")]
        )
        order = (
            f"{{field: {self._chance.choice(columns)}, direction: {self._chance.choice(['ASC', 'DESC'])}}}"
        )
        size = f"{self._chance.choice(['first', 'last'])}: $size"
        page = self._some(["cursor", f"node {{ {self._selected(type_)} ...More }}", "place: cursor"])
        info = self._some(["pageInfo { hasNextPage startCursor endCursor }", "totalCount", "__typename"])
        again = "again: edges { cursor @include(if: $is) __typename }"
        document = f"""
            query ($size: Int!, $is: Boolean!) {{
              {name}({size}, orderBy: {order}) {{ edges {{ {page} }} {again} {info} }}
            }}
        """
        if "...More" in page:
            document += f"fragment More on {type_} {{ {self._selected(type_)} }}"
        return document, {"size": self._chance.choice([1, 3, 7, 100]), "is": self._chance.random() < 0.5}

    def _selected(self, name: str, depth: int = 0) -> str:
        type_ = schema.schema._schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        fields = self._chance.sample(
            sorted(type_.fields), self._chance.randrange(1, len(type_.fields) // 2 + 1)
        )
        return " ".join(["__typename", *(self._field(type_, field, depth) for field in fields)])

    def _field(self, type_: GraphQLObjectType, name: str, depth: int) -> str:
        below = get_named_type(type_.fields[name].type)
        selection = ""
        if isinstance(below, GraphQLObjectType):
            if below.name in ("Service", "Category") and depth < 2:
                selection = f"{{ {self._selected(below.name, depth + 1)} }}"
            else:
                selection = FULL.get(below.name, "{ __typename }")
        directive = self._chance.choice(["", "", "@include(if: $is)", "@skip(if: $is)"])
        # A name of its own each time: the same field with two selections would not merge.
        alias = f"a{self._chance.randrange(10**9)}: " if selection or directive else ""
        return f"{alias}{name} {directive} {selection}"

    def _some(self, choices: list[str]) -> str:
        return " ".join(self._chance.sample(choices, self._chance.randrange(1, len(choices) + 1)))


@pytest.mark.random_search
@pytest.mark.parametrize("seed", range(DEPTH))
async def test_rows_are_answered_as_their_objects_are(
    seed: int, db: str, sms: RecordingSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlimited = {"graphql_max_aliases": "500", "graphql_max_cost": "10000000", "graphql_points": "1000000000"}
    app = build_app(Settings.model_validate({"database_url": db, **unlimited}), sms)
    client = create_client(app)
    headers = await create_authorization(app, await create_records())
    documents = Documents(Random(seed))
    requested = [documents.next() for _ in range(DOCUMENTS)]

    async def answers(times: int) -> list[object]:
        reported = []
        for document, variables in requested:
            for _ in range(times):
                sent = {"query": document, "variables": variables}
                answer = (await client.post("/graphql", json=sent, headers=headers)).json()
                assert "errors" not in answer, (document, answer["errors"])
            reported.append(answer["data"])
        return reported

    # What runs the first time is not compiled.
    from_rows = await answers(times=3)
    monkeypatch.setattr(Page, "layout", None)

    assert from_rows == await answers(times=1)
