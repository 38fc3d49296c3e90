import gzip
import logging
from datetime import timedelta

import httpx
import pytest

from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayUnavailable
from gateways.http import MAX_RESPONSE_BYTES, JsonResponse, create_client, read_json
from tests.gateways.http_stub_server import HttpStubServer

KEY = "5ecre7-key"


async def test_read_json_posts_a_form_and_returns_the_answer(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, '{"ok": [1, "بله"]}')

    answer = await read_json(client, "POST", f"{server.url}/send", headers={"X-Key": "k"}, form={"a": "ب c"})

    assert answer == JsonResponse(200, {"ok": [1, "بله"]})
    [request] = server.received
    assert (request.method, request.path, request.headers["x-key"]) == ("POST", "/send", "k")
    assert request.form == {"a": ["ب c"]}


async def test_read_json_posts_a_json_body(server: HttpStubServer, client: httpx.AsyncClient) -> None:
    await read_json(client, "POST", server.url, json={"a": [1]})

    assert server.received[0].json == {"a": [1]}
    assert server.received[0].headers["content-type"] == "application/json"


async def test_read_json_returns_the_json_of_a_failed_status(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(422, '{"errors": {"code": -9}}')

    assert await read_json(client, "GET", server.url) == JsonResponse(422, {"errors": {"code": -9}})


async def test_read_json_follows_no_redirect(server: HttpStubServer, client: httpx.AsyncClient) -> None:
    server.answer(302, "{}", {"location": "/elsewhere"})

    assert (await read_json(client, "GET", f"{server.url}/here")).http_status == 302
    assert [request.path for request in server.received] == ["/here"]


async def test_read_json_sends_back_no_cookie(server: HttpStubServer, client: httpx.AsyncClient) -> None:
    server.answer(200, "{}", {"set-cookie": "session=1"})

    await read_json(client, "GET", server.url)
    await read_json(client, "GET", server.url)

    assert "cookie" not in server.received[1].headers


async def test_new_client_ignores_the_proxy_of_the_environment(
    server: HttpStubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    async with create_client(
        connect_timeout=timedelta(seconds=30), total_timeout=timedelta(seconds=30)
    ) as client:
        await read_json(client, "GET", f"{server.url}/direct")

    assert server.received[0].path == "/direct"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<html><body>502 Bad Gateway</body></html>", id="an HTML page"),
        pytest.param("", id="an empty body"),
        pytest.param('{"amount": 1', id="half an object"),
        pytest.param('{"amount": NaN}', id="NaN"),
        pytest.param(b'"\xff\xfe"', id="no UTF-8"),
        pytest.param("[" * 500_000, id="half a million brackets"),
        pytest.param(gzip.compress(b"<html>"), id="a compressed page"),
    ],
)
@pytest.mark.parametrize("status", [200, 502])
async def test_read_json_rejects_a_response_that_is_not_json(
    server: HttpStubServer, client: httpx.AsyncClient, body: str | bytes, status: int
) -> None:
    server.answer(status, body)

    with pytest.raises(GatewayInvalidResponse) as raised:
        await read_json(client, "GET", server.url)

    assert str(raised.value) == f"127.0.0.1 answered HTTP {status} with no JSON"


async def test_read_json_accepts_a_response_of_one_mebibyte(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, '"' + "x" * (MAX_RESPONSE_BYTES - 2) + '"')

    assert (await read_json(client, "GET", server.url)).body == "x" * (MAX_RESPONSE_BYTES - 2)


async def test_read_json_rejects_a_response_over_one_mebibyte(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.answer(200, '"' + "x" * (MAX_RESPONSE_BYTES - 1) + '"')

    with pytest.raises(GatewayInvalidResponse, match="over 1048576 bytes"):
        await read_json(client, "GET", server.url)


async def test_read_json_gives_up_on_a_service_that_hangs(
    server: HttpStubServer, short_timeout_client: httpx.AsyncClient
) -> None:
    server.hang()

    with pytest.raises(GatewayUnavailable) as raised:
        await read_json(short_timeout_client, "POST", server.url)

    assert raised.value.request_sent


async def test_read_json_gives_up_on_an_answer_that_drips_past_the_deadline(
    server: HttpStubServer, short_timeout_client: httpx.AsyncClient
) -> None:
    server.drip()

    with pytest.raises(GatewayUnavailable) as raised:
        await read_json(short_timeout_client, "POST", server.url)

    assert raised.value.request_sent


async def test_read_json_reports_an_unsent_request_when_the_connection_is_refused(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    await server.close()

    with pytest.raises(GatewayUnavailable) as raised:
        await read_json(client, "POST", server.url)

    assert not raised.value.request_sent


async def test_read_json_reports_an_unsent_request_when_tls_never_answers(
    server: HttpStubServer,
) -> None:
    async with create_client(
        connect_timeout=timedelta(seconds=0.2), total_timeout=timedelta(seconds=30)
    ) as client:
        with pytest.raises(GatewayUnavailable) as raised:
            await read_json(client, "POST", f"https://{server.address}")

    assert not raised.value.request_sent


async def test_read_json_reports_a_possibly_sent_request_when_the_connection_drops(
    server: HttpStubServer, client: httpx.AsyncClient
) -> None:
    server.drop()

    with pytest.raises(GatewayUnavailable) as raised:
        await read_json(client, "POST", server.url)

    assert raised.value.request_sent
    assert len(server.received) == 1


async def test_a_key_in_the_url_reaches_no_log_even_at_debug(
    server: HttpStubServer, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name)

    await read_json(client, "GET", f"{server.url}/v1/{KEY}/verify")

    assert KEY not in caplog.text
    assert server.received[0].path == f"/v1/{KEY}/verify"


async def test_a_key_that_is_an_invalid_header_is_neither_logged_nor_in_the_error(
    server: HttpStubServer, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(GatewayError) as raised:
        await read_json(client, "GET", server.url, headers={"X-API-KEY": f"{KEY}\n"})
    logging.getLogger("test").error("failed", exc_info=raised.value)

    assert KEY not in caplog.text
    assert KEY not in str(raised.value)
