"""Explicit failures in formats that panels use besides the common {"error": "…"}.

Laravel panels return 422 with `errors`, others {"status": "error", "message": "…"}, {"success": false} or
{"error": true, "msg": "…"}.
"""

from collections.abc import Iterator, Mapping

from gateways import lenient_json

FAILURES = ("error", "errors", "fail", "failed", "failure", "false", "refused")
"""Values of `status` that mean the request failed."""
MAX_TEXT = 500
_MESSAGES = ("message", "msg", "error_message", "errormessage", "detail", "description", "reason", "title")
_ORDERS = ("order", "order_id", "orderid", "orderId", "orders", "id")
_WRAPPERS = ("data", "result", "response")
_DENIALS = ("false", "0", "no")
_EMPTY_VALUES: tuple[object, ...] = (None, False, 0, "", "0", "null")
_MAX_DEPTH = 3


def find_failure(body: object, *, is_status_outcome: bool, is_http_failure: bool = False) -> str:
    """The provider's message if a response is an explicit failure, else "".

    `is_status_outcome`: a `status` is the result of the request, not of an order.
    """
    if not isinstance(body, Mapping):
        return ""
    for key in ("error", "errors"):
        if (found := body.get(key)) not in _EMPTY_VALUES and (message := _explain(body, found)):
            return message
    if "success" in body and lenient_json.normalize_word(_to_text(body["success"])) in _DENIALS:
        return _find_message(body) or "success: false"
    if is_status_outcome and lenient_json.normalize_word(_to_text(body.get("status"))) in FAILURES:
        return _find_message(body) or f"status: {_to_text(body.get('status'))}"
    return _find_message(body) if is_http_failure else ""


def has_order_id(body: object) -> bool:
    """Whether a response contains anything that may be an order number."""
    if not isinstance(body, Mapping):
        return False
    rows = [body, *(inner for key in _WRAPPERS if isinstance(inner := body.get(key), Mapping))]
    return any(row.get(key) not in (*_EMPTY_VALUES, [], {}) for row in rows for key in _ORDERS)


def _explain(body: Mapping[str, object], found: object) -> str:
    """The message in `error` or `errors`; a mere flag is explained by the message beside it."""
    if found is True or lenient_json.normalize_word(_to_text(found)) in ("1", "true", "yes"):
        return _find_message(body) or "error"
    return "; ".join(_iter_texts(found, depth=0))[:MAX_TEXT]


def _find_message(body: Mapping[str, object]) -> str:
    return next((message for key in _MESSAGES if (message := _to_text(body.get(key)))), "")[:MAX_TEXT]


def _iter_texts(value: object, *, depth: int) -> Iterator[str]:
    if isinstance(value, str) and (message := _to_text(value)):
        yield message
    elif isinstance(value, Mapping) and depth < _MAX_DEPTH:
        if message := _find_message(value):
            yield message
        else:
            for inner in value.values():
                yield from _iter_texts(inner, depth=depth + 1)
    elif isinstance(value, list) and depth < _MAX_DEPTH:
        for inner in value:
            yield from _iter_texts(inner, depth=depth + 1)


def _to_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return lenient_json.to_text(value)
