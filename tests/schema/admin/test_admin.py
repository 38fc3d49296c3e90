"""Staff's own part of the schema: complete, wired to its operations, and closed to all other callers."""

from typing import Any

import httpx
import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLUnionType

import schema
from domain.problems import get_declared_problems
from domain.roles import UserRole
from models import AuditEntry
from resolvers.app_context import AppContext
from tests.api_parity.scenario import to_global_id
from tests.database_state import read_stored_rows, record_statements
from tests.fakes import create_user
from tests.fixtures import create_authorization, create_staff_authorization
from tests.resolvers.staff.credential_operations import CREDENTIAL_OPERATIONS
from tests.resolvers.staff.refill_operations import REFILL_OPERATIONS
from tests.resolvers.staff.scenario import Scenario, create_member, create_scenario
from tests.resolvers.staff.staff_operations import STAFF_OPERATIONS

PAGE = "{ totalCount edges { cursor node { id number %s } } pageInfo { hasNextPage } }"
PERSON = "{ id mobile role balance isActive }"
LISTS = {
    "users": "mobile email role balance customRate isActive createdAt",
    "orders": f"status dispatch charge refunded providerId user {PERSON} history {{ by note to }}",
    "services": "name price originalPrice providerId categoryId flag source",
    "categories": "name position isActive",
    "providers": "name url marginPercent rounding balance isActive",
    "tickets": f"subject status user {PERSON} assignee {PERSON} messages {{ message writer {PERSON} }}",
    "payments": f"amount status user {PERSON}",
    "gifts": "serviceId min max isActive",
    "ledger": f"kind amount balanceAfter orderId paymentId note user {PERSON}",
    "auditLog": f"act role subject subjectNumber reason changes {{ column before after }} actor {PERSON}",
}
WHERE = {
    "users": '{role: {in: [USER]}, balance: {gte: 1}, mobile: {contains: "09"}}',
    "orders": "{status: {in: [ERROR]}, dispatch: {in: [REFUSED]}}",
    "services": '{isActive: true, price: {lte: 1000}, name: {contains: "F"}}',
    "categories": "{isActive: true}",
    "providers": '{isActive: true, name: {contains: "panel"}}',
    "tickets": "{isAssigned: false, status: {in: [NEW]}}",
    "payments": "{status: {in: [MISMATCHED]}, amount: {gte: 1}}",
    "gifts": "{isActive: true}",
    "ledger": '{kind: {in: [ORDER_CHARGE]}, createdAt: {gte: "2026-01-01T00:00:00Z"}}',
    "auditLog": "{act: {in: [NOTE_ORDER]}, subject: {in: [ORDER]}}",
}
FIELDS_OF_OTHER_NAMES = {
    "get_ledger_page": "ledger",
    "get_audit_page": "auditLog",
    "list_settings": "settings",
    "list_held_refills": "heldRefills",
    "list_service_tokens": "serviceTokens",
    "get_shop_figures": "figures",
}


async def send_query(
    client: httpx.AsyncClient, headers: dict[str, str], query: str, **variables: object
) -> Any:
    answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    assert answer.status_code == 200, answer.text
    reported = answer.json()
    del reported["extensions"]
    return reported


def get_fields(name: str) -> dict[str, GraphQLField]:
    type_ = schema.schema._schema.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return dict(type_.fields)


def to_camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(term.capitalize() for term in rest)


def test_every_staff_operation_has_its_field_and_declares_its_problems() -> None:
    reads, mutations = get_fields("AdminQuery"), get_fields("AdminMutation")
    operation_cases = [*STAFF_OPERATIONS, *CREDENTIAL_OPERATIONS, *REFILL_OPERATIONS]
    for operation_case in operation_cases:
        name = operation_case.operation.__name__
        if operation_case.is_read:
            field = reads[FIELDS_OF_OTHER_NAMES.get(name) or name.removeprefix("get_").removesuffix("_page")]
        else:
            field = mutations[to_camel_case(name)]
            assert isinstance(field.type, GraphQLUnionType)
            reported = {member.name for member in field.type.types[1:]}
            assert {
                problem.__name__ for problem in get_declared_problems(operation_case.operation)
            } <= reported
        assert field.description
        assert f"`{operation_case.permission.name}`" in field.description
    assert len(mutations) == sum(not operation_case.is_read for operation_case in operation_cases)
    assert reads.keys() == {*LISTS, "settings", "figures", "permissions", "serviceTokens", "heldRefills"}


async def create_order_with_note(
    client: httpx.AsyncClient, app: AppContext
) -> tuple[Scenario, dict[str, str]]:
    """A scenario with an entry in the audit log, and the owner's authorization header."""
    scenario = await create_scenario(app)
    headers = await create_staff_authorization(app, scenario.owner.user)
    query = (
        'mutation ($id: ID!) { admin { noteOrder(id: $id, note: "late") { ... on AdminOrder { note } } } }'
    )
    answer = await send_query(client, headers, query, id=to_global_id("AdminOrder", scenario.order.id))
    assert answer == {"data": {"admin": {"noteOrder": {"note": "late"}}}}
    return scenario, headers


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_a_connection_with_a_filter_and_an_order(
    name: str, client: httpx.AsyncClient, app: AppContext
) -> None:
    _, headers = await create_order_with_note(client, app)
    selection = PAGE % LISTS[name]
    by_id = "orderBy: {field: ID, direction: ASC}"
    query = f"{{ admin {{ {name}(first: 2, where: {WHERE[name]}, {by_id}) {selection} }} }}"

    page = (await send_query(client, headers, query))["data"]["admin"][name]

    assert page["edges"]
    after = page["edges"][0]["cursor"]
    rest = f'{{ admin {{ {name}(after: "{after}", {by_id}) {selection} }} }}'
    following = (await send_query(client, headers, rest))["data"]["admin"][name]["edges"]
    assert page["edges"][0]["node"]["id"] not in [edge["node"]["id"] for edge in following]
    refused = await send_query(client, headers, f"{{ admin {{ {name}(first: 0) {{ totalCount }} }} }}")
    assert refused["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize("name", ["orders", "tickets", "payments", "ledger", "auditLog"])
async def test_users_in_a_list_take_a_constant_number_of_statements(
    name: str, client: httpx.AsyncClient, app: AppContext
) -> None:
    costs = []
    for _ in range(2):
        _, headers = await create_order_with_note(client, app)
        with record_statements() as statements:
            await send_query(client, headers, f"{{ admin {{ {name}(first: 100) {PAGE % LISTS[name]} }} }}")
        costs.append(len(statements))
    assert costs[0] == costs[1]


async def test_ordinary_users_and_visitors_get_nothing(client: httpx.AsyncClient, app: AppContext) -> None:
    scenario, _ = await create_order_with_note(client, app)
    headers = await create_authorization(app, await create_user(balance=5))
    before = await read_stored_rows()
    for name, selection in LISTS.items():
        answer = await send_query(client, headers, f"{{ admin {{ {name} {PAGE % selection} }} }}")
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN", name
        assert answer["data"] in (None, {"admin": None}), name
    assert await send_query(client, headers, "{ admin { permissions } }") == {
        "data": {"admin": {"permissions": []}}
    }
    operation = "mutation ($id: ID!) { admin { refundOrder(id: $id) { ... on Problem { code } } } }"
    order = to_global_id("AdminOrder", scenario.order.id)
    assert await send_query(client, headers, operation, id=order) == {
        "data": {"admin": {"refundOrder": {"code": "FORBIDDEN"}}}
    }
    for query in (
        "{ admin { permissions } }",
        operation.replace("$id: ID!", "").replace("()", "").replace("$id", f'"{order}"'),
    ):
        answer = await send_query(client, {}, query)
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await read_stored_rows() == before


async def test_support_reads_an_order_s_buyer_but_no_provider(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    await create_order_with_note(client, app)
    headers = await create_staff_authorization(app, await create_member(UserRole.SUPPORT))
    answer = await send_query(
        client, headers, "{ admin { permissions orders { edges { node { user { mobile } } } } } }"
    )
    assert answer["data"]["admin"]["orders"]["edges"][0]["node"]["user"]["mobile"]
    assert "READ_ORDERS" in answer["data"]["admin"]["permissions"]
    refused = await send_query(client, headers, "{ admin { providers { totalCount } } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_provider_s_key_is_in_no_answer(client: httpx.AsyncClient, app: AppContext) -> None:
    headers = await create_staff_authorization(app, await create_member(UserRole.OWNER))
    add = """mutation { admin { addProvider(input: {name: "P", url: "https://p.example/api/v2",
        apiKey: "canary-key"}) { ... on AdminProvider { id name } ... on Problem { code } } } }"""
    added = await send_query(client, headers, add)
    log = await send_query(client, headers, f"{{ admin {{ auditLog {PAGE % LISTS['auditLog']} }} }}")
    changes = log["data"]["admin"]["auditLog"]["edges"][0]["node"]["changes"]
    assert {"column": "api_key", "before": None, "after": '"***"'} in changes
    assert "canary" not in f"{added}{log}"


async def test_settings_are_changed_and_reset(client: httpx.AsyncClient, app: AppContext) -> None:
    headers = await create_staff_authorization(app, await create_member(UserRole.OWNER))
    settings = (
        "{ ... on AdminSettings { settings { name value default isOverridden } } ... on Problem { code } }"
    )
    change = f"mutation {{ admin {{ updateSettings(input: {{freeCreditMax: 500}}) {settings} }} }}"
    changed = (await send_query(client, headers, change))["data"]["admin"]["updateSettings"]["settings"]
    assert {"name": "FREE_CREDIT_MAX", "value": 500, "default": 100, "isOverridden": True} in changed
    reset = f"mutation {{ admin {{ resetSettings(names: [FREE_CREDIT_MAX]) {settings} }} }}"
    await send_query(client, headers, reset)
    read = await send_query(client, headers, "{ admin { settings { name value isOverridden } } }")
    assert not any(setting["isOverridden"] for setting in read["data"]["admin"]["settings"])
    assert await AuditEntry.all().count() == 2


async def test_the_figures_of_the_day_are_returned(client: httpx.AsyncClient, app: AppContext) -> None:
    scenario = await create_scenario(app)
    headers = await create_staff_authorization(app, scenario.manager.user)
    query = """{ admin { figures(days: 2) {
      days { day orderCount income deposits } statuses { status count }
      queued oldestDueSeconds awaiting slow openTickets providers { name balance } } } }"""

    reported = (await send_query(client, headers, query))["data"]["admin"]["figures"]

    yesterday, today = reported["days"]
    assert yesterday["day"] < today["day"]
    assert (yesterday["orderCount"], today["orderCount"]) == (0, 1)
    assert (today["income"], today["deposits"]) == (100, 0)
    assert {row["status"]: row["count"] for row in reported["statuses"]}["ERROR"] == 1
    assert reported["openTickets"] == 1
    assert [provider["name"] for provider in reported["providers"]] == [scenario.provider.name]
