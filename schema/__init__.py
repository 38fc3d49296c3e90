"""The GraphQL schema: its root types."""

from pathlib import Path

import strawberry
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from schema.admin import AdminRootMutation, AdminRootQuery
from schema.api_key import ApiKeyMutation
from schema.category import CategoryQuery
from schema.context import Context
from schema.gift import GiftMutation, GiftQuery
from schema.ledger import LedgerMutation, LedgerQuery
from schema.login import LoginMutation
from schema.node import NodeQuery
from schema.notification import NotificationMutation, NotificationQuery
from schema.order import OrderMutation, OrderQuery
from schema.payment import PaymentMutation, PaymentQuery
from schema.refill import RefillMutation
from schema.scalars import SCALARS
from schema.service import ServiceQuery
from schema.session import SessionMutation, SessionQuery
from schema.staff_session import StaffSessionMutation
from schema.statistics import StatsQuery
from schema.subscriptions import Subscription
from schema.ticket import TicketMutation, TicketQuery
from schema.user import UserMutation, UserQuery

__all__ = ["Context", "print_sdl", "schema"]

_EXAMPLES = Path(__file__).parent / "examples"


@strawberry.type(description="All queries.")
class Query(
    NodeQuery,
    UserQuery,
    SessionQuery,
    CategoryQuery,
    ServiceQuery,
    OrderQuery,
    TicketQuery,
    NotificationQuery,
    LedgerQuery,
    PaymentQuery,
    GiftQuery,
    StatsQuery,
    AdminRootQuery,
):
    """The root of reading."""


@strawberry.type(description="All mutations. Each returns its result or a problem.")
class Mutation(
    LoginMutation,
    SessionMutation,
    StaffSessionMutation,
    UserMutation,
    ApiKeyMutation,
    NotificationMutation,
    TicketMutation,
    OrderMutation,
    RefillMutation,
    PaymentMutation,
    LedgerMutation,
    GiftMutation,
    AdminRootMutation,
):
    """The root of doing."""


class CachedNameConverter(NameConverter):
    """Camel-case names, cached: Strawberry converts those of inputs on every request."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[str, str] = {}

    def apply_naming_config(self, name: str) -> str:
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = super().apply_naming_config(name)
        return found


def _append_examples(root: type) -> None:
    """End the description of each root field with a document that uses it, from `examples/`."""
    for field in get_object_definition(root, strict=True).fields:
        name = to_camel_case(field.python_name)
        # Query and Mutation both have `admin`.
        file = _EXAMPLES / f"{name}{root.__name__ if name == 'admin' else ''}.graphql"
        example = file.read_text(encoding="utf-8").strip()
        field.description = f"{field.description}\n\n```graphql\n{example}\n```"


for _root in (Query, Mutation, Subscription):
    _append_examples(_root)

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS, name_converter=CachedNameConverter()),
)


def print_sdl() -> str:
    """The schema in GraphQL's schema definition language, as `schema.graphql` beside this file holds it."""
    return print_schema(schema) + "\n"
