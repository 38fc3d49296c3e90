"""Errors of calls to external services.

Their messages are safe to log: they name the service's host and the failure, never a URL (Kavenegar's key is
in its path) nor any part of the response (services echo what they receive).
"""


class GatewayError(Exception):
    """An external service did not do what was requested."""


class GatewayUnavailable(GatewayError):
    """No complete response arrived: no connection, connection lost, or timeout.

    `request_sent` is False only if no byte of the request left, so that a retry is safe.
    """

    def __init__(self, reason: str, *, request_sent: bool) -> None:
        super().__init__(f"{reason}, request {'may have been' if request_sent else 'was not'} sent")
        self.request_sent = request_sent


class GatewayInvalidResponse(GatewayError):
    """A response arrived that cannot be read; whether the service acted is unknown.

    `is_outage`: the response is not the service's own (an HTML page, a redirect, HTTP 5xx), so further
    requests will fail too.
    """

    def __init__(self, reason: str, *, is_outage: bool = False) -> None:
        super().__init__(reason)
        self.is_outage = is_outage


class GatewayRateLimited(GatewayError):
    """The service refused the request because of its rate limit; it may be retried later."""


class GatewayRejected(GatewayError):
    """The service understood the request and refused it.

    `code` is the service's own, and `meaning` is its documented meaning in our words. `text` is the service's
    message: not for logs, as it may repeat the request.
    """

    def __init__(self, code: int, text: str, *, meaning: str | None = None) -> None:
        super().__init__(f"refused with code {code}" + (f" ({meaning})" if meaning else ""))
        self.code = code
        self.text = text
