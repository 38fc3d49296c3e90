"""The security log: JSON lines with stable names, counted, without secrets, bounded under a flood."""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from observability import metrics, request_ids, security_log
from observability.security_log import MAX_LINES_PER_SECOND, SecurityEvent
from tests.live_servers import ROOT
from tests.security_streams import capture_stream


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[Path]:
    """The file that the security log is written to for one test."""
    with capture_stream(tmp_path / "security.jsonl") as file:
        yield file


def test_an_event_is_one_json_line_with_its_known_details(stream: Path) -> None:
    request_ids.set_current("the-request-17")

    security_log.record(SecurityEvent.CODE_FAILED, user_id=176, network="198.51.100.7", scope="network")

    (line,) = map(json.loads, stream.read_text(encoding="utf-8").splitlines())
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "event": "login_code.failed",
        "user_id": 176,
        "network": "198.51.100.7",
        "request_id": "the-request-17",
        "scope": "network",
    }


def test_a_detail_can_neither_break_the_line_nor_hold_a_secret(stream: Path) -> None:
    security_log.record(SecurityEvent.SIGN_IN_REFUSED, reason="a\r\nb\u2028c 09121234567 Bearer abc.def")

    (line,) = stream.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["reason"] == "a\r\nb\u2028c [mobile] Bearer [token]"


def test_the_file_and_the_one_after_a_rotation_are_closed_to_other_users(stream: Path) -> None:
    for name in ("security.jsonl", "rotated.jsonl"):
        security_log.record(SecurityEvent.SIGNED_IN)
        assert stat.S_IMODE(stream.stat().st_mode) & 0o007 == 0
        stream.rename(stream.with_name(f"old-{name}"))
    security_log.record(SecurityEvent.SIGNED_IN)
    assert stat.S_IMODE(stream.stat().st_mode) & 0o007 == 0


def test_a_flood_of_one_event_is_bounded_counted_and_leaves_other_events_alone(
    stream: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    counted = metrics.SECURITY_EVENTS.labels(SecurityEvent.RATE_LIMIT_REACHED)
    before = counted._value.get()

    for _ in range(MAX_LINES_PER_SECOND + 7):
        security_log.record(SecurityEvent.RATE_LIMIT_REACHED)
    security_log.record(SecurityEvent.SIGNED_IN)
    now += 1
    security_log.record(SecurityEvent.RATE_LIMIT_REACHED)

    lines = [json.loads(line) for line in stream.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines].count("rate_limit.reached") == MAX_LINES_PER_SECOND + 1
    assert [line["event"] for line in lines[-2:]] == ["sign_in.succeeded", "rate_limit.reached"]
    assert lines[-1]["suppressed"] == 7
    assert counted._value.get() - before == MAX_LINES_PER_SECOND + 8


def test_operating_md_lists_every_event_and_no_other() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = text.partition("<!-- security events")[2].partition("<!-- end of security events")[0]
    names = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`([^`]+)`", " ".join(names))) == sorted(SecurityEvent)
