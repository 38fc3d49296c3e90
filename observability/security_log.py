"""The security log: a stream of events with stable names, separate from other logging.

A line is a JSON object: `time`, `event`, then `user_id`, `actor_id`, `network`, `request_id` and the event's
own details if known. Users are identified by id and callers by network; no line contains a secret, a login
code, a token or a mobile number. Every event is counted in `vitrin_security_events_total`.
"""

import json
import logging
import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from observability import caller_networks, metrics, request_ids
from observability.redaction import escape_controls, redact

LOGGER_NAME = "vitrin.security"
MAX_LINES_PER_SECOND = 50
"""Per event and process. Further lines are only counted, in the metric and in `suppressed`."""

_logger = logging.getLogger(LOGGER_NAME)


class SecurityEvent(StrEnum):
    """Event names. They are an interface: alerts match on them, so a name is never reused."""

    CODE_REQUESTED = "login_code.requested"
    CODE_LIMIT_REACHED = "login_code.limit_reached"
    CODE_FAILED = "login_code.failed"
    CODE_VOIDED = "login_code.voided"
    MOBILE_CONFIRMED = "mobile.confirmed"
    SIGNED_IN = "sign_in.succeeded"
    SIGN_IN_REFUSED = "sign_in.refused"
    SIGNED_OUT = "sign_out"
    OPENID_LINKED = "openid.linked"
    TOKEN_REFUSED = "token.refused"  # noqa: S105 - an event's name
    STAFF_SIGNED_IN = "staff.sign_in.succeeded"
    STAFF_SIGN_IN_REFUSED = "staff.sign_in.refused"
    STAFF_SIGNED_OUT = "staff.sign_out"
    IDENTITY_CONFIRMED = "identity.confirmed"
    IDENTITY_REFUSED = "identity.refused"
    TOTP_ENABLED = "totp.enabled"
    TOTP_DISABLED = "totp.disabled"
    SESSION_REVOKED = "session.revoked"
    CREDENTIALS_ENDED = "credentials.ended"
    PERMISSION_REFUSED = "permission.refused"
    FORGED_FORM_REFUSED = "forged_form.refused"
    RATE_LIMIT_REACHED = "rate_limit.reached"
    QUOTA_REACHED = "quota.reached"
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"
    API_KEY_REFUSED = "api_key.refused"
    SERVICE_TOKEN_CREATED = "service_token.created"  # noqa: S105 - an event's name
    SERVICE_TOKEN_REVOKED = "service_token.revoked"  # noqa: S105 - an event's name
    MOBILE_CHANGED = "mobile.changed"
    ROLE_CHANGED = "role.changed"
    USER_BLOCKED = "user.blocked"
    USER_UNBLOCKED = "user.unblocked"


class _Throttle:
    """Limits the lines of one event, so that a flood of refusals cannot fill the disk."""

    def __init__(self) -> None:
        self._second = 0
        self._lines = 0
        self._suppressed = 0

    def count_line(self) -> int | None:
        """The number of lines suppressed before this one; None if this one is suppressed too."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._lines = second, 0
        if self._lines >= MAX_LINES_PER_SECOND:
            self._suppressed += 1
            return None
        self._lines += 1
        suppressed, self._suppressed = self._suppressed, 0
        return suppressed


_throttles = {event: _Throttle() for event in SecurityEvent}


def record(
    event: SecurityEvent,
    *,
    user_id: int | None = None,
    actor_id: int | None = None,
    network: str | None = None,
    **details: str | int | None,
) -> None:
    """Write one event. `user_id` is the account concerned, `actor_id` the user who acted if different.

    Call it after the transaction has committed: what was rolled back did not happen. `network` is the current
    request's by default. `details` are short facts such as `limit="hour"`; None omits one.
    """
    metrics.SECURITY_EVENTS.labels(event).inc()
    suppressed = _throttles[event].count_line()
    if suppressed is None:
        return
    line: dict[str, object] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": event.value,
        "user_id": user_id,
        "actor_id": actor_id,
        "network": network or caller_networks.get_current(),
        "request_id": request_ids.get_current() or None,
        **{name: redact(value) if isinstance(value, str) else value for name, value in details.items()},
        "suppressed": suppressed or None,
    }
    known = {name: value for name, value in line.items() if value is not None}
    _logger.info("%s", escape_controls(json.dumps(known, ensure_ascii=False)))


def configure(file: Path | None) -> None:
    """Write the stream to `file`, or to standard error if None; independent of LOG_LEVEL."""
    # Watched: logrotate may move the file while it is open.
    handler: logging.Handler = logging.StreamHandler()
    if file is not None:
        from observability.private_log_files import PrivateFileHandler

        handler = PrivateFileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(message)s"))
    for present in list(_logger.handlers):
        _logger.removeHandler(present)
    _logger.addHandler(handler)
    _logger.setLevel(logging.INFO)
    _logger.propagate = False
