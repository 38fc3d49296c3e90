"""Error reporting to a service with Sentry's protocol."""

from typing import Any

from config.settings import Settings
from observability import request_ids
from observability.optional_packages import MissingPackage
from observability.redaction import redact


def start(settings: Settings) -> None:
    """Report everything logged as an error from now on, if SENTRY_DSN is set.

    Sent are the log line, the traceback and the request id; no variables, bodies, headers or breadcrumbs.
    Private data is removed as in logs.

    Raises:
        MissingPackage: sentry-sdk is not installed.
    """
    if settings.sentry_dsn is None:
        return
    try:
        import sentry_sdk
        from sentry_sdk.integrations.logging import LoggingIntegration
    except ImportError as error:
        raise MissingPackage("SENTRY_DSN", group="sentry") from error
    sentry_sdk.init(
        settings.sentry_dsn.get_secret_value(),
        environment=settings.environment.value,
        before_send=_redact_event,
        default_integrations=False,
        integrations=[LoggingIntegration(level=None)],
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
    )


def _redact_event(event: Any, _: object) -> Any:
    if request_id := request_ids.get_current():
        event.setdefault("tags", {})["request_id"] = request_id
    return _redact_value(event)


def _redact_value(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redact_value(member) for key, member in value.items()}
    return [_redact_value(member) for member in value] if isinstance(value, list | tuple) else value
