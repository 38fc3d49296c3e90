"""Every argument of every mutation, including input fields, with a valid request that contains it."""

import json
from collections.abc import Iterator

from graphql import GraphQLInputObjectType, GraphQLInputType, GraphQLNonNull, get_named_type

import schema
from tests.api_parity.fulfilment_operations import cancel_operation, refill_operation
from tests.api_parity.money_operations import (
    claim_operation,
    gift_operation,
    order_operation,
    payment_operation,
    spin_operation,
)
from tests.api_parity.operations import (
    login_operation,
    mark_operation,
    profile_operation,
    reply_operation,
    ticket_operation,
    verify_operation,
)
from tests.api_parity.order_requests import SOUND
from tests.api_parity.scenario import ApiOperation, Scenario
from tests.api_parity.session_operations import (
    confirm_identity_operation,
    confirm_mobile_operation,
    confirm_totp_operation,
    end_session_operation,
    start_operation,
)

_HOLE = "here goes the value"
_PROFILE = profile_operation(
    None, lambda _: {}, lambda scenario: {"firstName": "نگار", "mobile": scenario.newcomer}
)
_VERIFY = verify_operation(None, lambda scenario: scenario.code)
_TICKET = ticket_operation(None, "سفارش")
_REPLY = reply_operation(None, lambda scenario: scenario.ticket.id)
_ORDERS = {name: order_operation(None, build_request) for name, build_request in SOUND.items()}

ARGUMENTS: dict[str, ApiOperation] = {
    "requestLoginCode.username": login_operation(None),
    "verifyLoginCode.username": _VERIFY,
    "verifyLoginCode.code": _VERIFY,
    "startStaffSession.username": start_operation(),
    "startStaffSession.code": start_operation(),
    "startStaffSession.totpCode": start_operation(),
    "confirmIdentity.code": confirm_identity_operation(),
    "confirmTotp.code": confirm_totp_operation(),
    "confirmMobile.code": confirm_mobile_operation(),
    "endSession.id": end_session_operation(),
    "updateProfile.input": _PROFILE,
    "updateProfile.input.firstName": _PROFILE,
    "updateProfile.input.lastName": _PROFILE,
    "updateProfile.input.email": _PROFILE,
    "updateProfile.input.password": _PROFILE,
    "updateProfile.input.mobile": _PROFILE,
    "markNotificationsRead.ids": mark_operation(None),
    "createTicket.subject": _TICKET,
    "createTicket.description": _TICKET,
    "replyToTicket.ticketId": _REPLY,
    "replyToTicket.message": _REPLY,
    "createOrder.input": _ORDERS["default"],
    "createOrder.input.serviceId": _ORDERS["default"],
    "createOrder.input.link": _ORDERS["default"],
    "createOrder.input.quantity": _ORDERS["default"],
    "createOrder.input.dripFeed": _ORDERS["default in runs"],
    "createOrder.input.dripFeed.runs": _ORDERS["default in runs"],
    "createOrder.input.dripFeed.interval": _ORDERS["default in runs"],
    "createOrder.input.subscription": _ORDERS["subscriptions"],
    "createOrder.input.subscription.posts": _ORDERS["subscriptions"],
    "createOrder.input.subscription.min": _ORDERS["subscriptions"],
    "createOrder.input.subscription.max": _ORDERS["subscriptions"],
    "createOrder.input.subscription.delay": _ORDERS["subscriptions"],
    "createOrder.input.subscription.expiry": _ORDERS["subscriptions"],
    "createOrder.input.comments": _ORDERS["custom comments"],
    "createOrder.input.usernames": _ORDERS["mentions custom list"],
    "createOrder.input.username": _ORDERS["comment likes"],
    "createOrder.input.hashtags": _ORDERS["mentions with hashtags"],
    "createOrder.input.hashtag": _ORDERS["mentions hashtag"],
    "createOrder.input.mediaUrl": _ORDERS["mentions media likers"],
    "createOrder.idempotencyKey": _ORDERS["default"],
    "cancelOrder.id": cancel_operation(),
    "requestRefill.orderId": refill_operation(),
    "startPayment.amount": payment_operation(None),
    "startPayment.idempotencyKey": payment_operation(None),
    "claimFreeCredit.idempotencyKey": claim_operation(None),
    "spinWheel.idempotencyKey": spin_operation(None),
    "useGift.id": gift_operation(None),
    "useGift.link": gift_operation(None),
    "useGift.idempotencyKey": gift_operation(None),
}


def _list_types() -> Iterator[tuple[str, GraphQLInputType]]:
    mutations = schema.schema._schema.mutation_type
    assert mutations is not None
    for mutation, field in mutations.fields.items():
        for name, argument in field.args.items():
            yield from _nested_arguments(f"{mutation}.{name}", argument.type)


def _nested_arguments(name: str, type_: GraphQLInputType) -> Iterator[tuple[str, GraphQLInputType]]:
    yield name, type_
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        for field, value in named.fields.items():
            yield from _nested_arguments(f"{name}.{field}", value.type)


TYPES: dict[str, GraphQLInputType] = dict(_list_types())
"""The type of each argument, such as that of `createOrder.input.quantity`, as the schema has it."""


def is_nullable(argument: str) -> bool:
    return not isinstance(TYPES[argument], GraphQLNonNull)


def request(argument: str, scenario: Scenario, value: str | None = None) -> bytes:
    """The body of the valid request, or with the JSON text `value` in the place of the argument."""
    operation = ARGUMENTS[argument]
    variables = operation.variables(scenario)
    if value is not None:
        variables = _with_hole(variables, argument.split(".")[1:])
    body = json.dumps({"query": operation.document, "variables": variables})
    return body.replace(json.dumps(_HOLE), value or "").encode()


def _with_hole(fields: dict[str, object], path: list[str]) -> dict[str, object]:
    name, *rest = path
    if not rest:
        return {**fields, name: _HOLE}
    inner = fields[name]
    assert isinstance(inner, dict)
    return {**fields, name: _with_hole(inner, rest)}
