"""Every event of the security log, caused through the shop's own interfaces: one line and one count each."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from models import LoginCodeTry
from observation import meters, security_log
from observation.security_log import SecurityEvent
from resolvers.shop import Shop
from tests.asgi.security_scenes import CASES, TRIES_OF_CODES, Scene
from tests.fakes import RecordingSms, lift_quotas, new_shop
from tests.fixtures import client_of, settings_of
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider, running_provider
from tests.security_streams import written_to


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[Path]:
    """The file that the security log is written to for one test."""
    with written_to(tmp_path / "security.jsonl") as file:
        yield file


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def shop(db: str, sms: RecordingSms, provider: Provider) -> Shop:
    defaults = settings_of(db)
    given = {
        "database_url": db,
        "rate_limit": "1000000/minute",
        "openid_issuer": provider.issuer,
        "openid_client_id": CLIENT_ID,
        "openid_client_secret": CLIENT_SECRET,
    }
    return new_shop(Settings.model_validate({**defaults.model_dump(include={"data_folder"}), **given}), sms)


@pytest.mark.processes
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_event_is_one_line_and_one_count_and_holds_no_secret(
    shop: Shop,
    sms: RecordingSms,
    provider: Provider,
    stream: Path,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
) -> None:
    monkeypatch.setattr(security_log, "MAX_LINES_PER_SECOND", 10_000)
    async with client_of(shop) as client:
        for event, prepare in CASES:
            with subtests.test(f"{event}: {prepare.__name__}"):
                client.cookies.clear()
                scene = Scene(shop, client, sms, provider)
                request = await prepare(scene)
                counter = meters.SECURITY_EVENTS.labels(event)
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
                assert [secret for secret in scene.secrets if secret in text] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_code_s_tries_count_for_the_network_of_the_caller_wherever_it_is_tried(
    shop: Shop, sms: RecordingSms, provider: Provider, subtests: pytest.Subtests
) -> None:
    async with client_of(shop) as client:
        for prepare in TRIES_OF_CODES:
            with subtests.test(prepare.__name__):
                client.cookies.clear()
                request = await prepare(Scene(shop, client, sms, provider))
                await LoginCodeTry.all().delete()

                await request()

                tries = await LoginCodeTry.all().values_list("network", flat=True)
                assert list(map(str, tries)) == ["127.0.0.1"]


def test_every_event_is_caused_by_a_scene() -> None:
    assert {event for event, _ in CASES} == set(SecurityEvent)
