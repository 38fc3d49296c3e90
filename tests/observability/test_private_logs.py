"""What a log must not hold, whatever its level: codes, tokens, keys, mobiles, query strings."""

import logging
import re
from pathlib import Path

import httpx
import pytest

from observability.logging import PrivateFormatter
from tests.live_servers import LiveServer
from tests.sockets import open_socket
from tests.subtest_cases import for_each

CANARY = "canary-7f3a"
MOBILE = "09019998877"
_JSON = {"Content-Type": "application/json"}


@pytest.mark.processes
async def test_nothing_that_a_client_sends_in_confidence_is_printed_even_at_debug(tmp_path: Path) -> None:
    with LiveServer(tmp_path, LOG_LEVEL="DEBUG", HEADER_TIMEOUT="5") as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            secrets = {"username": MOBILE, "code": CANARY, "key": CANARY, "password": CANARY}
            bearer = {"Authorization": f"Bearer {CANARY}"}
            for path in (
                "/api/v1/login",
                "/api/v1/login/verify",
                "/api/v1/user",
                "/api/v2",
                "/graphql",
                "/no",
            ):
                await client.post(path, params=secrets, headers=bearer)
                await client.post(path, json=secrets, headers={**bearer, "Idempotency-Key": CANARY})
                await client.post(path, data=secrets)
                await client.post(path, files={"code": (None, CANARY), "key": (None, CANARY)})
                await client.get(path, params=secrets, headers=bearer)
            await client.get("/api/v1/user/payment/verify", params={"Authority": CANARY, "Status": "OK"})
            await client.post("/sandbox/provider/4", data={"key": CANARY, "link": CANARY})
            login = f'mutation {{ requestLoginCode(username: "{MOBILE}") {{ __typename }} }}'
            await client.post("/graphql", json={"query": login, "variables": {"code": CANARY}})
            await client.post("/graphql", content=b"{" + CANARY.encode(), headers=_JSON)
        async with open_socket(server.url) as socket:
            await socket.initialise({"Authorization": f"Basic {CANARY}"})
            await socket.start("1", f'{{ node(id: "{CANARY}") {{ id }} }}')
        # The console's SMS are what development prints on purpose.
        printed = [line for line in server.output().splitlines() if not line.startswith("SMS")]

    assert any(" DEBUG " in line for line in printed)
    assert [line for line in printed if CANARY in line or MOBILE in line] == []


@for_each(
    ("reported", "written"),
    [
        ("sent to 09121234567 and +989121234567", "sent to [mobile] and [mobile]"),
        ("order 9121234567890 of 1528", "order 9121234567890 of 1528"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxNzYifQ.c2ln is bad", "[token] is bad"),
        ("{'authorization': 'Bearer abc.def'}", "{'authorization': 'Bearer [token]'}"),
        ("GET https://a.example/b?key=abc&c=1 failed", "GET https://a.example/b?[query] failed"),
        ("Using code_verifier: 'aB3-._~'", "Using code_verifier: [secret]"),
        ('{"client_secret": "s3cr3t"}', '{"client_secret": [secret]}'),
        ("a\r\nb\x1b[31m\u2028c", "a\\x0d\\x0ab\\x1b[31m\\u2028c"),
    ],
)
def test_secrets_and_line_breaks_are_redacted_from_log_lines(reported: str, written: str) -> None:
    record = logging.LogRecord("vitrin", logging.INFO, __file__, 1, "%s", (reported,), None)
    assert PrivateFormatter("%(message)s").format(record) == written


def test_a_traceback_keeps_its_lines_and_not_its_secrets() -> None:
    try:
        raise ValueError(f"Key (mobile)=({MOBILE}) exists")
    except ValueError as error:
        fault = (type(error), error, error.__traceback__)
    record = logging.LogRecord("vitrin", logging.ERROR, __file__, 1, "failed", (), fault)
    written = PrivateFormatter("%(message)s").format(record)
    assert re.search(r"^failed\nTraceback [^\0]+\nValueError: Key \(mobile\)=\(\[mobile\]\) exists$", written)
