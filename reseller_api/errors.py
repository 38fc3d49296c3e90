"""Error responses: HTTP 200 and a sentence, as in the panel API."""

from collections.abc import Mapping

from domain import problem_messages
from domain.problems import (
    DuplicateOrder,
    Forbidden,
    IdempotencyKeyReused,
    InsufficientBalance,
    InvalidInput,
    InvalidLink,
    OrderNotCancelable,
    OrderNotFound,
    Problem,
    QuantityOutOfRange,
    RefillUnavailable,
    ServiceUnavailable,
)
from reseller_api.order_params import ORDER_FIELDS
from web.failures import Failure
from web.responses import Body, NoStoreJSONResponse

INVALID_KEY = "Invalid API key"
INVALID_ACTION = "Incorrect request"
INVALID_METHOD = "Incorrect request method, use POST or GET"
INVALID_ORDER = "Incorrect order ID"
TOO_MANY_REQUESTS = "Too many requests"
TOO_MANY_IDS = "Too many IDs in one request, at most 100"
TOO_LARGE = "Request too large"
TOO_SLOW = "Request took too long to arrive"
REFILL_NOT_FOUND = "Refill not found"

MESSAGES: Mapping[type[Problem], str] = {
    InvalidInput: "Incorrect {field}",
    ServiceUnavailable: "Incorrect service ID",
    InvalidLink: "Incorrect link",
    QuantityOutOfRange: "Incorrect quantity, must be between {min} and {max}",
    InsufficientBalance: "Not enough funds on balance",
    DuplicateOrder: "Active order with this link exists. Please wait until it is completed.",
    IdempotencyKeyReused: "Idempotency-Key was used for another request",
    # Another reseller's order is indistinguishable from one that does not exist.
    OrderNotFound: INVALID_ORDER,
    Forbidden: INVALID_ORDER,
    OrderNotCancelable: "Order cannot be canceled",
    RefillUnavailable: "Refill is not available",
}
"""The sentence for each problem; it may contain names of the problem's values in braces."""

FIELDS: Mapping[str, str] = {
    **ORDER_FIELDS,
    "idempotencyKey": "Idempotency-Key",
    "service": "service ID",
    "order": "order ID",
    "orders": "order ID",
    "refill": "refill ID",
    "refills": "refill ID",
}
"""The panel API's names for fields with other names in the operations."""


class RequestRejected(Exception):
    """A request refused before any operation was called, with the sentence for the client."""

    def __init__(self, sentence: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry_after_seconds = retry_after_seconds


def build_error_body(problem: Problem) -> Body:
    """The response body for `problem`."""
    if isinstance(problem, InvalidInput):
        problem = InvalidInput(field=FIELDS.get(problem.field, problem.field))
    return {"error": problem_messages.fill_in(MESSAGES[type(problem)], problem)}


def build_error(sentence: str, *, retry_after_seconds: int | None = None) -> NoStoreJSONResponse:
    """The response to a valid request that is refused."""
    headers = {} if retry_after_seconds is None else {"retry-after": str(retry_after_seconds)}
    return NoStoreJSONResponse({"error": sentence}, headers=headers)


def failed(failure: Failure) -> NoStoreJSONResponse:
    """An outage or an internal error. Not HTTP 200: to the API's clients that would mean "not done"."""
    return NoStoreJSONResponse(
        {"error": failure.phrase.capitalize()}, status_code=failure.status, headers=failure.headers
    )
