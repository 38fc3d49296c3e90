"""The sandbox gateway's payment page, on which a person decides the outcome."""

from pathlib import Path
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from domain.money import Toman
from gateways.sandbox.payments import PAGE_PATH, SandboxPayment, SandboxPayments
from web import html_pages
from web.parameters import Parameters, read_parameters

_render = html_pages.build_renderer(Path(__file__).parent / "templates")


def routes(gateway: SandboxPayments) -> list[BaseRoute]:
    """GET shows the payment; POST `decision=pay|cancel|pay-less` redirects the payer to the shop."""

    async def answer(request: Request) -> Response:
        payment = await gateway.find(request.path_params["authority"])
        if payment is None:
            raise HTTPException(404)
        if request.method == "POST":
            parameters = Parameters(await read_parameters(request))
            return await _decide_payment(gateway, payment, parameters.get_text_or_empty("decision"))
        return _render("payment.html", payment=payment, return_url=_return_url(payment))

    return [Route(f"{PAGE_PATH}/{{authority}}", answer, methods=["GET", "POST"])]


async def _decide_payment(gateway: SandboxPayments, payment: SandboxPayment, decision: str) -> Response:
    paid = {"pay": payment.amount, "cancel": None, "pay-less": Toman(payment.amount - 1)}
    if decision not in paid:
        raise HTTPException(400, "decision must be pay, cancel or pay-less")
    await gateway.decide(payment.authority, paid=paid[decision])
    decided = await gateway.find(payment.authority) or payment
    return RedirectResponse(_return_url(decided), 303)


def _return_url(payment: SandboxPayment) -> str:
    """The shop's callback URL, with Zarinpal's parameters."""
    status = "NOK" if payment.paid is None else "OK"
    return f"{payment.callback_url}?{urlencode({'Authority': payment.authority, 'Status': status})}"
