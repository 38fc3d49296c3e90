"""How a call to an outside service fails.

The text of each error is safe to log: it names the service's host and what happened, never a URL
(Kavenegar's key is in its path) and nothing of the answer (services echo what they were sent).
"""


class GatewayError(Exception):
    """An outside service did not do what it was asked."""


class GatewayUnavailable(GatewayError):
    """No whole answer came: not connected, dropped, or over the deadline.

    `request_sent` is False only when no byte of the request left, so that asking again is safe.
    """

    def __init__(self, reason: str, *, request_sent: bool) -> None:
        super().__init__(f"{reason}, request {'may have been' if request_sent else 'was not'} sent")
        self.request_sent = request_sent


class GatewayInvalidResponse(GatewayError):
    """An answer came that cannot be read; whether the service acted is unknown.

    `is_outage`: it is none of the service's own answers (an HTML page, a redirect, HTTP 5xx), so the next
    request will fare no better.
    """

    def __init__(self, reason: str, *, is_outage: bool = False) -> None:
        super().__init__(reason)
        self.is_outage = is_outage


class GatewayRateLimited(GatewayError):
    """The service turned the request away for its rate limit and did nothing: it may be asked again later."""


class GatewayRejected(GatewayError):
    """The service understood and said no.

    `code` is the service's own, and `meaning` what its documentation says of it, in our words. `text` is its
    own sentence: not for logs, as it may repeat the request.
    """

    def __init__(self, code: int, text: str, *, meaning: str | None = None) -> None:
        super().__init__(f"refused with code {code}" + (f" ({meaning})" if meaning else ""))
        self.code = code
        self.text = text
