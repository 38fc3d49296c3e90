"""Every event of the security log, caused through the shop's own interfaces: one line and one count each."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from models import LoginCodeTry
from observability import metrics, security_log
from observability.security_log import SecurityEvent
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, build_app, lift_quotas
from tests.fixtures import build_settings, create_client
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider, run_provider
from tests.security_streams import capture_stream
from tests.web.security_scenarios import CASES, CODE_ATTEMPTS, Scenario


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[Path]:
    """The file that the security log is written to for one test."""
    with capture_stream(tmp_path / "security.jsonl") as file:
        yield file


@pytest.fixture
def provider() -> Iterator[Provider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture
def app(db: str, sms: RecordingSms, provider: Provider) -> AppContext:
    defaults = build_settings(db)
    provided = {
        "database_url": db,
        "rate_limit": "1000000/minute",
        "openid_issuer": provider.issuer,
        "openid_client_id": CLIENT_ID,
        "openid_client_secret": CLIENT_SECRET,
    }
    return build_app(
        Settings.model_validate({**defaults.model_dump(include={"data_folder"}), **provided}), sms
    )


@pytest.mark.processes
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_event_is_one_line_and_one_count_and_holds_no_secret(
    app: AppContext,
    sms: RecordingSms,
    provider: Provider,
    stream: Path,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
) -> None:
    monkeypatch.setattr(security_log, "MAX_LINES_PER_SECOND", 10_000)
    async with create_client(app) as client:
        for event, prepare in CASES:
            with subtests.test(f"{event}: {prepare.__name__}"):
                client.cookies.clear()
                scenario = Scenario(app, client, sms, provider)
                request = await prepare(scenario)
                counter = metrics.SECURITY_EVENTS.labels(event)
                stream.write_text("", encoding="utf-8")
                counted = counter._value.get()

                await request()
                lift_quotas()

                text = stream.read_text(encoding="utf-8")
                lines = [line for line in map(json.loads, text.splitlines()) if line["event"] == event]
                assert len(lines) == 1, text
                assert lines[0]["network"] == "127.0.0.1"
                assert lines[0]["request_id"]
                assert counter._value.get() - counted == 1
                assert [secret for secret in scenario.secrets if secret in text] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_code_s_tries_count_for_the_network_of_the_caller_wherever_it_is_tried(
    app: AppContext, sms: RecordingSms, provider: Provider, subtests: pytest.Subtests
) -> None:
    async with create_client(app) as client:
        for prepare in CODE_ATTEMPTS:
            with subtests.test(prepare.__name__):
                client.cookies.clear()
                request = await prepare(Scenario(app, client, sms, provider))
                await LoginCodeTry.all().delete()

                await request()

                tries = await LoginCodeTry.all().values_list("network", flat=True)
                assert list(map(str, tries)) == ["127.0.0.1"]


def test_every_event_is_caused_by_a_scene() -> None:
    assert {event for event, _ in CASES} == set(SecurityEvent)
