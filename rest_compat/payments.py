"""user/payment, user/payment/test, user/payment/verify, user/freecredit."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from domain.problems import PaymentNotFound
from gateways.payments.registry import parse_callback
from resolvers import free_credit, payments
from resolvers.sessions import Session
from rest_compat import errors, receipts, requests
from rest_compat.serializers import payments as serializers
from web.failures import INTERNAL_ERROR
from web.parameters import get_idempotency_key, read_parameters
from web.responses import NoStoreJSONResponse

_INVALID_AMOUNT = 0
"""Represents an amount that is not a number; no payment is that small."""


async def start(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """POST user/payment."""
    params = await requests.read_parameters(request)
    payment = await payments.start_payment(
        requests.get_app(request),
        viewer.user,
        amount=params.get_integer("amount") or _INVALID_AMOUNT,
        idempotency_key=get_idempotency_key(request),
    )
    return _redirect_to_page(payment.url)


async def start_test(request: Request) -> NoStoreJSONResponse:
    """GET user/payment/test: a test payment if the gateway is a sandbox, else HTTP 500 as documented."""
    payment = await payments.start_test_payment(requests.get_app(request))
    return errors.failed(INTERNAL_ERROR) if payment is None else _redirect_to_page(payment.url)


async def verify(request: Request) -> Response:
    """GET user/payment/verify: a gateway's callback; HTTP 500 without parameters, as documented."""
    return await _respond_with_receipt(request, request.query_params)


async def verify_form(request: Request) -> Response:
    """POST user/payment/verify by a browser: some gateways and banks return the payer by a form."""
    params = await read_parameters(request)
    return await _respond_with_receipt(request, {name: str(value) for name, value in params.items()})


async def _respond_with_receipt(request: Request, params: Mapping[str, str]) -> Response:
    payer_return = parse_callback(params)
    if payer_return is None:
        return errors.failed(INTERNAL_ERROR)
    app = requests.get_app(request)
    try:
        payment = await payments.confirm_payment(
            app,
            gateways=payer_return.gateways,
            authority=payer_return.authority,
            is_canceled=payer_return.is_canceled,
        )
    except PaymentNotFound:
        return receipts.build_unknown_receipt(app.settings.app_url)
    return receipts.build_receipt(payment, app.settings.app_url)


async def claim_free_credit(request: Request, viewer: Session) -> NoStoreJSONResponse:
    """GET user/freecredit."""
    entry = await free_credit.claim_free_credit(requests.get_app(request), viewer.user)
    return NoStoreJSONResponse(serializers.free_credit_claimed(entry))


def _redirect_to_page(url: str | None) -> NoStoreJSONResponse:
    location = url or ""
    return NoStoreJSONResponse(
        serializers.payment_started(location), status_code=302, headers={"location": location}
    )
