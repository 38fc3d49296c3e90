"""Whatever an argument of staff's mutations holds, the answer is a success or a problem, never a fault."""

import re

import httpx
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
)

from models import User
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.api_parity.scenario import to_global_id
from tests.fixtures import create_staff_authorization
from tests.resolvers.staff.scenario import Scenario, create_scenario
from tests.schema.admin.test_admin import get_fields, send_query

VALUES: dict[str, list[object]] = {
    "Int": [-(2**31), -1, 0, 1, 2**31 - 1],
    "Count": [-1, 0, 2**31, 2**53 - 1],
    "Toman": [-(2**53) + 1, -1, 0, 1, 2**53 - 1],
    "String": ["", " ", "سلام\u200c", "x" * 30_000, "%_'\"\\"],
    "ID": [
        "",
        "x",
        to_global_id("AdminOrder", 9_999_999_999),
        to_global_id("Order", 1),
        to_global_id("AdminUser", 0),
    ],
    "Boolean": [True, False],
}
RECORD = re.compile(r"Global id of an `Admin(\w+)`")


def valid_value(scenario: Scenario, type_: object, description: str) -> object:
    """A value that the argument takes."""
    named = get_named_type(type_)  # type: ignore[call-overload]  # any input type
    if isinstance(get_nullable_type(type_), GraphQLList):  # type: ignore[call-overload]  # the same
        return []
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if isinstance(named, GraphQLInputObjectType):
        return {}
    if record := RECORD.search(description):
        noun = record[1].lower()
        return to_global_id(
            f"Admin{record[1]}", (scenario.buyer if noun == "user" else getattr(scenario, noun)).id
        )
    return {"ID": "x", "Boolean": False, "String": "why"}.get(named.name, 1)


async def test_no_argument_value_causes_an_internal_error_or_corrupts_the_ledger(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    scenario = await create_scenario(app)
    headers = await create_staff_authorization(app, scenario.owner.user)
    tried = 0
    for name, field in get_fields("AdminMutation").items():
        declared = ", ".join(f"${argument}: {value.type}" for argument, value in field.args.items())
        provided = ", ".join(f"{argument}: ${argument}" for argument in field.args)
        query = (
            f"mutation ({declared}) {{ admin {{ act: {name}({provided}) "
            "{ __typename ... on Problem { code message } } } }"
        )
        usual = {
            argument: valid_value(scenario, value.type, value.description or "")
            for argument, value in field.args.items()
            if isinstance(value.type, GraphQLNonNull)
        }
        for argument, value in field.args.items():
            named = get_named_type(value.type)
            choices = VALUES.get(named.name, [])
            if isinstance(named, GraphQLInputObjectType):
                choices = [
                    {inner: each}
                    for inner, of in named.fields.items()
                    for each in VALUES.get(get_named_type(of.type).name, [])
                ]
            for choice in choices:
                answer = await send_query(client, headers, query, **{**usual, argument: choice})
                codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
                assert codes.isdisjoint({"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"}), (name, choice)
                tried += 1
    assert tried > 300
    assert await audit_ledger() == []
    assert (await User.get(id=scenario.owner.user.id)).is_active
