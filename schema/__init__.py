"""Door 1: GraphQL types and field wiring. This file is the table of contents; `schema.graphql` is the printed schema."""

import strawberry
from graphql import GraphQLError
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from schema.category import CategoryQuery
from schema.context import Context
from schema.gift import GiftQuery
from schema.login import LoginMutation
from schema.node import NodeQuery
from schema.notification import NotificationMutation, NotificationQuery
from schema.order import OrderQuery
from schema.scalars import SCALARS
from schema.service import ServiceQuery
from schema.stats import StatsQuery
from schema.ticket import TicketMutation, TicketQuery
from schema.user import UserMutation, UserQuery

__all__ = ["Context", "schema", "sdl"]


# Python lists the last base's fields first.
@strawberry.type(description="Everything that can be read.")
class Query(
    StatsQuery, GiftQuery, NotificationQuery, TicketQuery, OrderQuery, ServiceQuery, CategoryQuery, UserQuery, NodeQuery
):
    """The root of reading."""


@strawberry.type(description="Everything that can be done. Each mutation answers its success or a problem.")
class Mutation(TicketMutation, NotificationMutation, UserMutation, LoginMutation):
    """The root of doing."""


class _Schema(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: whoever runs the schema logs what is not the client's doing."""


schema = _Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))


def sdl() -> str:
    """The schema in GraphQL's schema definition language, as `schema.graphql` holds it."""
    return print_schema(schema) + "\n"
