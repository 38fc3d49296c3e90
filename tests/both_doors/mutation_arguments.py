"""Every argument of every mutation, input fields too, with a sound request that holds it."""

import json
from collections.abc import Iterator

from graphql import GraphQLInputObjectType, GraphQLInputType, GraphQLNonNull, get_named_type

import schema
from tests.both_doors.acts import login_act, mark_act, profile_act, reply_act, ticket_act, verify_act
from tests.both_doors.fulfilment_acts import cancel_act, refill_act
from tests.both_doors.money_acts import claim_act, gift_act, order_act, payment_act, spin_act
from tests.both_doors.order_requests import SOUND
from tests.both_doors.session_acts import (
    confirm_identity_act,
    confirm_mobile_act,
    confirm_totp_act,
    end_session_act,
    start_act,
)
from tests.both_doors.world import Act, World

_HOLE = "here goes the value"
_PROFILE = profile_act(None, lambda _: {}, lambda world: {"firstName": "نگار", "mobile": world.newcomer})
_VERIFY = verify_act(None, lambda world: world.code)
_TICKET = ticket_act(None, "سفارش")
_REPLY = reply_act(None, lambda world: world.ticket.id)
_ORDERS = {name: order_act(None, request) for name, request in SOUND.items()}

ARGUMENTS: dict[str, Act] = {
    "requestLoginCode.username": login_act(None),
    "verifyLoginCode.username": _VERIFY,
    "verifyLoginCode.code": _VERIFY,
    "startStaffSession.username": start_act(),
    "startStaffSession.code": start_act(),
    "startStaffSession.totpCode": start_act(),
    "confirmIdentity.code": confirm_identity_act(),
    "confirmTotp.code": confirm_totp_act(),
    "confirmMobile.code": confirm_mobile_act(),
    "endSession.id": end_session_act(),
    "updateProfile.input": _PROFILE,
    "updateProfile.input.firstName": _PROFILE,
    "updateProfile.input.lastName": _PROFILE,
    "updateProfile.input.email": _PROFILE,
    "updateProfile.input.password": _PROFILE,
    "updateProfile.input.mobile": _PROFILE,
    "markNotificationsRead.ids": mark_act(None),
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
    "cancelOrder.id": cancel_act(),
    "requestRefill.orderId": refill_act(),
    "startPayment.amount": payment_act(None),
    "startPayment.idempotencyKey": payment_act(None),
    "claimFreeCredit.idempotencyKey": claim_act(None),
    "spinWheel.idempotencyKey": spin_act(None),
    "useGift.id": gift_act(None),
    "useGift.link": gift_act(None),
    "useGift.idempotencyKey": gift_act(None),
}


def _types() -> Iterator[tuple[str, GraphQLInputType]]:
    mutations = schema.schema._schema.mutation_type
    assert mutations is not None
    for mutation, field in mutations.fields.items():
        for name, argument in field.args.items():
            yield from _within(f"{mutation}.{name}", argument.type)


def _within(name: str, type_: GraphQLInputType) -> Iterator[tuple[str, GraphQLInputType]]:
    yield name, type_
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        for field, value in named.fields.items():
            yield from _within(f"{name}.{field}", value.type)


TYPES: dict[str, GraphQLInputType] = dict(_types())
"""The type of each argument, such as that of `createOrder.input.quantity`, as the schema has it."""


def takes_null(argument: str) -> bool:
    return not isinstance(TYPES[argument], GraphQLNonNull)


def request(argument: str, world: World, value: str | None = None) -> bytes:
    """The body of the sound request, or with the JSON text `value` in the place of the argument."""
    act = ARGUMENTS[argument]
    variables = act.variables(world)
    if value is not None:
        variables = _with_hole(variables, argument.split(".")[1:])
    body = json.dumps({"query": act.document, "variables": variables})
    return body.replace(json.dumps(_HOLE), value or "").encode()


def _with_hole(fields: dict[str, object], path: list[str]) -> dict[str, object]:
    name, *rest = path
    if not rest:
        return {**fields, name: _HOLE}
    inner = fields[name]
    assert isinstance(inner, dict)
    return {**fields, name: _with_hole(inner, rest)}
