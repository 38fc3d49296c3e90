"""user/payment, user/payment/test, user/payment/verify, user/freecredit."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from asgi.answers import Answer
from asgi.parameters import idempotency_key, sent_with
from domain.problems import PaymentNotFound
from resolvers import free_credit, payments
from resolvers.sessions import SignedIn
from rest_compat import errors, receipts, requests, shapes

_UNREADABLE = 0
"""Stands for an amount that is no number; no payment is that small."""


async def start(request: Request, viewer: SignedIn) -> Answer:
    """POST user/payment."""
    sent = await requests.parameters(request)
    payment = await payments.start_payment(
        requests.shop(request),
        viewer.user,
        amount=sent.integer("amount") or _UNREADABLE,
        idempotency_key=idempotency_key(request),
    )
    return _to_page(payment.url)


async def start_test(request: Request) -> Answer:
    """GET user/payment/test: a test payment where payments are played, else as documented, HTTP 500."""
    payment = await payments.start_test_payment(requests.shop(request))
    return errors.crashed() if payment is None else _to_page(payment.url)


async def verify(request: Request) -> Response:
    """GET user/payment/verify: a gateway's callback, answered with a receipt. Bare: the documented 500."""
    return await _receipt(request, request.query_params)


async def verify_posted(request: Request) -> Response:
    """POST user/payment/verify by a browser: some gateways and banks send the payer back with a form."""
    sent = await sent_with(request)
    return await _receipt(request, {name: str(value) for name, value in sent.items()})


async def _receipt(request: Request, sent: Mapping[str, str]) -> Response:
    callback = _callback(sent)
    if callback is None:
        return errors.crashed()
    shop = requests.shop(request)
    try:
        payment = await payments.confirm_payment(
            shop,
            gateways=callback.gateways,
            authority=callback.authority,
            is_canceled=callback.is_canceled,
        )
    except PaymentNotFound:
        return receipts.unknown(shop.settings.app_url)
    return receipts.of(payment, shop.settings.app_url)


async def claim_free_credit(request: Request, viewer: SignedIn) -> Answer:
    """GET user/freecredit."""
    entry = await free_credit.claim_free_credit(requests.shop(request), viewer.user)
    return Answer(shapes.free_credit_given(entry))


@dataclass(frozen=True, kw_only=True)
class _Callback:
    """A payer's return. `gateways` are those that word it so."""

    gateways: tuple[str, ...]
    authority: str
    is_canceled: bool


def _callback(sent: Mapping[str, str]) -> _Callback | None:
    """The gateway's parameters: Zarinpal's, which the sandbox shares, or Zibal's."""
    if authority := sent.get("Authority"):
        is_canceled = sent.get("Status") != "OK"
        return _Callback(gateways=("zarinpal", "sandbox"), authority=authority, is_canceled=is_canceled)
    if track_id := sent.get("trackId"):
        is_canceled = sent.get("success") != "1"
        return _Callback(gateways=("zibal",), authority=track_id, is_canceled=is_canceled)
    return None


def _to_page(url: str | None) -> Answer:
    location = url or ""
    return Answer(shapes.payment_started(location), status_code=302, headers={"location": location})
