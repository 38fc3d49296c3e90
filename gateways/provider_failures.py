"""Explicit failures in the shapes that panels write them, besides the trade's {"error": "…"}.

Laravel panels answer 422 with `errors`, others {"status": "error", "message": "…"}, {"success": false} or
{"error": true, "msg": "…"}.
"""

from collections.abc import Iterator, Mapping

from gateways import loose_json

FAILURES = ("error", "errors", "fail", "failed", "failure", "false", "refused")
"""Words of a `status` that tells how a request went."""
MAX_TEXT = 500
_MESSAGES = ("message", "msg", "error_message", "errormessage", "detail", "description", "reason", "title")
_ORDERS = ("order", "order_id", "orderid", "orderId", "orders", "id")
_WRAPPERS = ("data", "result", "response")
_DENIALS = ("false", "0", "no")
_NOTHING: tuple[object, ...] = (None, False, 0, "", "0", "null")
_MAX_DEPTH = 3


def failure_of(body: object, *, is_status_outcome: bool, is_http_failure: bool = False) -> str:
    """The provider's words where an answer is an explicit failure; "" where it is none.

    `is_status_outcome`: a `status` tells how the request went, not how far an order is.
    """
    if not isinstance(body, Mapping):
        return ""
    for key in ("error", "errors"):
        if (found := body.get(key)) not in _NOTHING and (said := _said(body, found)):
            return said
    if "success" in body and loose_json.word(_text(body["success"])) in _DENIALS:
        return _message(body) or "success: false"
    if is_status_outcome and loose_json.word(_text(body.get("status"))) in FAILURES:
        return _message(body) or f"status: {_text(body.get('status'))}"
    return _message(body) if is_http_failure else ""


def names_order(body: object) -> bool:
    """Whether an answer holds anything that may be the number of an order."""
    if not isinstance(body, Mapping):
        return False
    rows = [body, *(inner for key in _WRAPPERS if isinstance(inner := body.get(key), Mapping))]
    return any(row.get(key) not in (*_NOTHING, [], {}) for row in rows for key in _ORDERS)


def _said(body: Mapping[str, object], found: object) -> str:
    """What `error` or `errors` says; a bare yes is explained by the message beside it."""
    if found is True or loose_json.word(_text(found)) in ("1", "true", "yes"):
        return _message(body) or "error"
    return "; ".join(_texts(found, depth=0))[:MAX_TEXT]


def _message(body: Mapping[str, object]) -> str:
    return next((said for key in _MESSAGES if (said := _text(body.get(key)))), "")[:MAX_TEXT]


def _texts(value: object, *, depth: int) -> Iterator[str]:
    if isinstance(value, str) and (said := _text(value)):
        yield said
    elif isinstance(value, Mapping) and depth < _MAX_DEPTH:
        if said := _message(value):
            yield said
        else:
            for inner in value.values():
                yield from _texts(inner, depth=depth + 1)
    elif isinstance(value, list) and depth < _MAX_DEPTH:
        for inner in value:
            yield from _texts(inner, depth=depth + 1)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return loose_json.text(value)
