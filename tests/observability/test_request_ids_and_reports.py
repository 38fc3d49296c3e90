"""A request's id leads from a client's report to the log; errors and traces leave only by setting."""

import builtins
import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
import sentry_sdk

import database
from config.settings import Settings
from observability import request_ids, sentry, tracing
from observability.logging import JsonFormatter
from observability.optional_packages import MissingPackage
from tests.fakes import RecordingSms, build_app
from tests.fixtures import create_client
from tests.observability.http_sink import HttpSink, run_sink

GENERATED_ID = re.compile("[0-9a-f]{32}")
UNREACHABLE = "postgres://nobody@127.0.0.1:1/none"


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with run_sink() as sink:
        yield sink


def written(message: str, fault: BaseException | None = None) -> str:
    exc_info = (type(fault), fault, fault.__traceback__) if fault else None
    return JsonFormatter().format(
        logging.LogRecord("vitrin", logging.ERROR, __file__, 1, "%s", (message,), exc_info)
    )


async def test_a_request_s_id_is_the_caller_s_if_sane_and_is_in_the_answer_the_error_and_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = build_app(Settings(database_url=UNREACHABLE), RecordingSms())
    offers = ["from-the-proxy-17", "", "short", "a" * 129, "two words", "line\u0085end"]
    caplog.handler.setFormatter(JsonFormatter())
    async with database.open_connections(UNREACHABLE), create_client(app) as client:
        answers = [
            await client.post(
                "/graphql",
                json={"query": "{categories {id}}"},
                headers={b"X-Request-ID": offer.encode("latin-1")},
            )
            for offer in offers
        ]

    ids = [answer.headers["x-request-id"] for answer in answers]
    assert ids[0] == offers[0]
    assert [bool(GENERATED_ID.fullmatch(created)) for created in ids[1:]] == [True] * 5
    assert len(set(ids)) == len(ids)
    for answer, request_id in zip(answers, ids, strict=True):
        assert answer.json()["errors"][0]["extensions"]["requestId"] == request_id
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert {line["request_id"] for line in lines if line["logger"] == "vitrin.graphql"} == set(ids)


def test_a_json_log_record_is_one_line_and_holds_nothing_private() -> None:
    # Tests share a context: another one may have left its request's id.
    request_ids.set_current("")
    try:
        raise ValueError("Key (mobile)=(09121234567)\u2028\x1b[31m")
    except ValueError as error:
        line = written("a\r\nb\u2028c\x85 to 09121234567 with Bearer abc.def", error)

    reported = json.loads(line)
    assert len(line.splitlines()) == 1
    assert reported["message"] == "a\r\nb\u2028c\x85 to [mobile] with Bearer [token]"
    assert (reported["level"], reported["logger"], "request_id" in reported) == ("ERROR", "vitrin", False)
    assert reported["traceback"].startswith("Traceback")
    assert reported["traceback"].endswith("ValueError: Key (mobile)=([mobile])\u2028\x1b[31m")


def test_errors_are_reported_with_the_request_s_id_and_without_secrets(sink: HttpSink) -> None:
    sentry.start(Settings.model_validate({"sentry_dsn": f"http://key@{sink.address}/1"}))
    request_ids.set_current("report-me-9")
    try:
        secret = "canary-in-a-variable"
        raise ValueError(f"09121234567 {len(secret)}")
    except ValueError:
        logging.getLogger("vitrin.test").exception("failed for Bearer abc.def")
    finally:
        sentry_sdk.flush(10)
        # Without arguments it would patch asyncpg, httpx and Starlette for all tests that follow.
        sentry_sdk.init(default_integrations=False)
        request_ids.set_current("")

    report = b"".join(sink.received).decode()
    assert '"request_id":"report-me-9"' in report.replace(" ", "")
    assert "failed for Bearer [token]" in report
    assert "[mobile] 20" in report
    assert [secret for secret in ("09121234567", "abc.def", "canary") if secret in report] == []


async def test_a_request_is_traced_by_its_route_without_its_query(sink: HttpSink) -> None:
    settings = Settings(database_url=UNREACHABLE, otlp_endpoint=f"http://{sink.address}/v1/traces")
    app = build_app(settings, RecordingSms())
    caller = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    created = tracing.build_tracer(settings)
    assert created is not None
    async with database.open_connections(UNREACHABLE), create_client(app) as client:
        await client.get("/api/v1/order/7?code=canary", headers=caller)
        asgi_app = client._transport.app  # type: ignore[attr-defined] # the application of `client_of`
        (traces,) = (layer for layer in asgi_app.user_middleware if "tracer" in layer.kwargs)
        traces.kwargs["tracer"].span_processor.force_flush()

    sent = b"".join(sink.received)
    assert b"GET /api/v1/order/{id}" in sent
    assert bytes.fromhex("0af7651916cd43dd8448eb211c80319c") in sent
    assert b"canary" not in sent


@pytest.mark.parametrize(
    ("settings", "package", "group"),
    [
        ({"sentry_dsn": "http://key@127.0.0.1:1/1"}, "sentry_sdk", "sentry"),
        ({"otlp_endpoint": "http://127.0.0.1:1"}, "opentelemetry", "tracing"),
    ],
)
def test_a_setting_whose_package_is_missing_is_refused_by_name(
    settings: dict[str, str], package: str, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_import = builtins.__import__

    def without_package(name: str, *others: object) -> object:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return plain_import(name, *others)  # type: ignore[arg-type]  # handed on as they came

    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without_package)
    provided = Settings.model_validate(settings)

    with pytest.raises(MissingPackage, match=f"--group {group}"):
        sentry.start(provided) if package == "sentry_sdk" else tracing.build_tracer(provided)


def test_without_settings_nothing_is_sent() -> None:
    assert tracing.build_tracer(Settings()) is None
    sentry.start(Settings())
    assert sentry_sdk.get_client().dsn is None
