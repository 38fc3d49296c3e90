"""Upstream providers: panels with the common panel API v2.

One URL takes a POST form with `key` and `action`; failures are returned as HTTP 200 with {"error": "…"}.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from gateways import lenient_json, provider_responses
from gateways.errors import (
    GatewayError,
    GatewayInvalidResponse,
    GatewayRateLimited,
    GatewayRejected,
    GatewayUnavailable,
)
from gateways.http import MAX_RESPONSE_BYTES, JsonResponse, read_json
from gateways.provider_addresses import ProviderClient, check_url
from gateways.provider_orders import ProviderOrder
from gateways.provider_results import (
    ProviderBalance,
    ProviderCancellations,
    ProviderCatalogue,
    ProviderOrderState,
    ProviderRefill,
    ProviderStatuses,
)
from observability import metrics

MAX_ORDERS = 100
"""Orders in one call, a limit of the panel API."""
# A large panel lists ten thousand services, each with a description.
MAX_CATALOGUE_BYTES = 16 * 1024 * 1024

_OUTCOMES = {
    GatewayRejected: "refused",
    GatewayRateLimited: "busy",
    GatewayUnavailable: "unavailable",
    GatewayInvalidResponse: "unreadable",
}

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class ProviderAccount:
    """The address and key of a provider; both may be secret, as some panels take a key in the URL."""

    url: str = field(repr=False)
    api_key: SecretStr

    def redact(self, text: str) -> str:
        """`text` without the provider's host and key, since it may be shown to a buyer."""
        host, key = urlsplit(self.url).hostname, self.api_key.get_secret_value()
        for secret, replacement in ((key, "…"), (host, "the provider")):
            text = text.replace(secret, replacement) if secret else text
        return text


class ProviderApi(Protocol):
    """The provider API used by the shop; every call is made once, without retries.

    All raise the errors of `gateways.errors`; GatewayRejected carries the HTTP status and the provider's
    message, without the key and the host. Orders and refills are identified by the provider's own numbers,
    which are text. Calls for several orders raise ValueError for none, and for more than `MAX_ORDERS`.
    """

    async def services(self, account: ProviderAccount) -> ProviderCatalogue:
        """Everything the provider sells, in up to `MAX_CATALOGUE_BYTES`."""

    async def add(self, account: ProviderAccount, order: ProviderOrder) -> str:
        """Place an order and return the provider's number for it, of at most 64 characters.

        The panel API has no idempotency key: an order sent twice is delivered and charged twice. So the
        outcome is exactly one of four.

        1. Accepted, it returns: HTTP 2xx, and `order` is a number as `lenient_json.to_reference` reads it,
           with neither an `error` nor a `status` of failure.
        2. Refused, GatewayRejected: HTTP 2xx or 4xx, and an object that reports a failure in any of the
           formats of `provider_error_formats` and contains no order number. No order exists.
        3. Certainly not sent, GatewayUnavailable with `request_sent` False (ForbiddenAddress too): no
           byte left; or refused because of a rate limit, GatewayRateLimited. It may be sent again.
        4. Unknown, GatewayUnavailable with `request_sent` True or GatewayInvalidResponse: connection
           lost or timeout; HTML or other JSON; HTTP 3xx or 5xx whatever the body; an order number that
           is missing or invalid; a failure that contains an order number. An order may exist: never send
           it again automatically.

        Raises:
            ValueError: the order lacks what its type needs; nothing was sent.
        """

    async def statuses(self, account: ProviderAccount, order_ids: Sequence[str]) -> ProviderStatuses:
        """The states of orders, by the provider's numbers."""

    async def status(self, account: ProviderAccount, order_id: str) -> ProviderOrderState:
        """The state of one order, for providers that accept no list. GatewayRejected: why there is none."""

    async def refill(self, account: ProviderAccount, order_id: str) -> str:
        """Request that what dropped is delivered again; returns the provider's number for the refill."""

    async def refill_status(self, account: ProviderAccount, refill_id: str) -> ProviderRefill:
        """The state of a refill."""

    async def cancel(self, account: ProviderAccount, order_ids: Sequence[str]) -> ProviderCancellations:
        """Request the cancellation of orders; the provider decides later which ones it can cancel."""

    async def cancel_one(self, account: ProviderAccount, order_id: str) -> None:
        """The same for one order, for providers that accept no list. GatewayRejected: why it cannot."""

    async def balance(self, account: ProviderAccount) -> ProviderBalance:
        """The shop's balance."""


class HttpProviderApi:
    """Providers over HTTP. The client decides which addresses are allowed."""

    def __init__(self, client: ProviderClient) -> None:
        self._client = client

    async def services(self, account: ProviderAccount) -> ProviderCatalogue:
        """`action=services`."""
        form = {"action": "services"}
        return await self._call(
            account, form, provider_responses.parse_catalogue, max_bytes=MAX_CATALOGUE_BYTES
        )

    async def add(self, account: ProviderAccount, order: ProviderOrder) -> str:
        """`action=add`; see `ProviderApi.add` for its four outcomes."""
        return await self._call(
            account, {"action": "add", **order.to_form()}, provider_responses.parse_order_id
        )

    async def statuses(self, account: ProviderAccount, order_ids: Sequence[str]) -> ProviderStatuses:
        """`action=status` with `orders`, for a single order too, see `status`."""
        form = {"action": "status", "orders": _join_ids(order_ids)}
        return await self._call(
            account, form, lambda response: provider_responses.parse_statuses(response, order_ids)
        )

    async def status(self, account: ProviderAccount, order_id: str) -> ProviderOrderState:
        """`action=status` with `order`, which cannot distinguish a wrong number from a wrong key."""
        form = {"action": "status", "order": _join_ids([order_id])}
        return await self._call(account, form, lambda response: provider_responses.status(response, order_id))

    async def refill(self, account: ProviderAccount, order_id: str) -> str:
        """`action=refill`."""
        form = {"action": "refill", "order": _join_ids([order_id])}
        return await self._call(account, form, provider_responses.parse_refill_id)

    async def refill_status(self, account: ProviderAccount, refill_id: str) -> ProviderRefill:
        """`action=refill_status`."""
        form = {"action": "refill_status", "refill": refill_id}
        return await self._call(account, form, provider_responses.parse_refill)

    async def cancel(self, account: ProviderAccount, order_ids: Sequence[str]) -> ProviderCancellations:
        """`action=cancel`."""
        form = {"action": "cancel", "orders": _join_ids(order_ids)}
        return await self._call(
            account, form, lambda response: provider_responses.parse_cancellations(response, order_ids)
        )

    async def cancel_one(self, account: ProviderAccount, order_id: str) -> None:
        """`action=cancel` with `order`."""
        form = {"action": "cancel", "order": _join_ids([order_id])}
        await self._call(
            account, form, lambda response: provider_responses.parse_cancellation(response, order_id)
        )

    async def balance(self, account: ProviderAccount) -> ProviderBalance:
        """`action=balance`."""
        return await self._call(account, {"action": "balance"}, provider_responses.parse_balance)

    async def _call(
        self,
        account: ProviderAccount,
        form: Mapping[str, str],
        read: Callable[[JsonResponse], Result],
        *,
        max_bytes: int = MAX_RESPONSE_BYTES,
    ) -> Result:
        check_url(account.url)
        with _count_call(account, form["action"]):
            form = {"key": account.api_key.get_secret_value(), **form}
            response = await read_json(
                self._client, "POST", account.url, form=form, max_bytes=max_bytes, parse=lenient_json.parse
            )
            try:
                return read(response)
            except GatewayRejected as rejected:
                # Some panels repeat the key in their responses.
                raise GatewayRejected(rejected.code, account.redact(rejected.text)) from None


@contextlib.contextmanager
def _count_call(account: ProviderAccount, action: str) -> Iterator[None]:
    host, started_at = urlsplit(account.url).hostname or "", time.perf_counter()
    outcome = "failed"
    try:
        yield
        outcome = "answered"
    except GatewayError as error:
        outcome = _OUTCOMES.get(type(error), outcome)
        raise
    finally:
        metrics.PROVIDER_CALLS.labels(host, action, outcome).inc()
        metrics.PROVIDER_CALL_SECONDS.labels(host).observe(time.perf_counter() - started_at)


def _join_ids(order_ids: Sequence[str]) -> str:
    if not 1 <= len(order_ids) <= MAX_ORDERS:
        raise ValueError(f"{len(order_ids)} orders in one call, which takes 1 to {MAX_ORDERS}")
    if not all(order_ids):
        raise ValueError("the number of an order that was never sent")
    return ",".join(order_ids)
