"""Early answers reach real clients, straight and behind proxies with their default settings."""

import http.client
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import requests

from tests.live_servers import LiveServer, find_free_port

pytestmark = pytest.mark.processes

_KIB = 1024
_SIZES = [200 * _KIB, 512 * _KIB, 1024 * _KIB, 3 * 1024 * _KIB, 5 * 1024 * _KIB]
_PATIENCE_SECONDS = 180
_FOLDER = Path(__file__).parent / "http_clients"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("edge")
    with LiveServer(folder, TRUSTED_PROXIES="127.0.0.1", GRAPHQL_POINTS="1000000") as server:
        yield server


@contextmanager
def running(command: list[str], *, port: int) -> Iterator[str]:
    """A proxy that listens at `port`."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=_PATIENCE_SECONDS)
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def nginx(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("nginx"), find_free_port()
    # Started by root, its workers would be nobody, who may not write into pytest's folders.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"""
        {user} daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1;
        events {{}}
        http {{
            access_log off; client_max_body_size 10m;
            client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {server.url}; }} }}
        }}
        """
    )
    binary = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    assert binary is not None, ".ci/run installs nginx-light"
    command = [binary, "-e", f"{folder}/errors", "-p", str(folder), "-c", f"{folder}/nginx.conf"]
    with running(command, port=port) as url:
        yield url


@pytest.fixture(scope="module")
def caddy(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("caddy"), find_free_port()
    (folder / "Caddyfile").write_text(
        f"{{\n\tadmin off\n}}\nhttp://127.0.0.1:{port} {{\n\treverse_proxy {server.url}\n}}\n"
    )
    assert shutil.which("caddy"), ".ci/run installs caddy"
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
    with running(command, port=port) as url:
        yield url


Upload = Callable[[str, int], int]


def by_urllib(url: str, size: int) -> int:
    """Always with `Connection: close`."""
    try:
        with urllib.request.urlopen(url, data=b"x" * size, timeout=_PATIENCE_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def by_http_client(url: str, size: int) -> int:
    address, _, path = url.removeprefix("http://").partition("/")
    client = http.client.HTTPConnection(address, timeout=_PATIENCE_SECONDS)
    statuses = set()
    # The second request uses the same connection if it was kept alive.
    for _ in range(2):
        client.request("POST", f"/{path}", body=b"x" * size)
        answer = client.getresponse()
        answer.read()
        statuses.add(answer.status)
    client.close()
    (status,) = statuses
    return status


def by_requests(url: str, size: int) -> int:
    with requests.Session() as session:
        statuses = {session.post(url, data=b"x" * size, timeout=_PATIENCE_SECONDS).status_code for _ in "12"}
    (status,) = statuses
    return status


def by_httpx(url: str, size: int) -> int:
    with httpx.Client(timeout=_PATIENCE_SECONDS) as client:
        statuses = {client.post(url, content=b"x" * size).status_code for _ in "12"}
    (status,) = statuses
    return status


def by_node(url: str, size: int) -> int:
    return _by_command(["node", str(_FOLDER / "upload.mjs"), url, str(size)])


def by_java(url: str, size: int) -> int:
    """The JDK's HttpClient, which offers h2c with every request."""
    return _by_command(["java", "-Xshare:auto", str(_FOLDER / "Upload.java"), url, str(size)])


def _by_command(command: list[str]) -> int:
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * _PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return int(done.stdout)


CLIENTS: dict[str, Upload] = {
    "urllib": by_urllib,
    "http.client": by_http_client,
    "requests": by_requests,
    "httpx": by_httpx,
    "node": by_node,
    "Java": by_java,
}


def test_every_client_reads_the_early_answer(server: LiveServer, subtests: pytest.Subtests) -> None:
    for name, upload in CLIENTS.items():
        if name == "Java" and shutil.which("java") is None:
            continue
        for path, size, status in (
            ("/api/v1/order", 200 * _KIB, 401),
            ("/api/v1/order", 5 * 1024 * _KIB, 401),
            ("/graphql", 5 * 1024 * _KIB, 415),
        ):
            with subtests.test(name, path=path, size=size):
                assert upload(f"{server.url}{path}", size) == status


def test_urllib_receives_every_413_during_an_upload(server: LiveServer) -> None:
    def upload(_: int) -> int:
        request = urllib.request.Request(
            f"{server.url}/graphql",
            data=b'{"query": "' + b"x" * (5 * 1024 * _KIB),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert [upload(number) for number in range(50)] == [413] * 50


def test_no_early_answer_is_lost_behind_a_proxy(
    nginx: str, caddy: str, server: LiveServer, subtests: pytest.Subtests
) -> None:
    for name, proxy in (("nginx", nginx), ("Caddy", caddy)):
        with subtests.test(name), ThreadPoolExecutor(4) as pool:
            statuses = list(
                pool.map(
                    lambda number: by_urllib(f"{proxy}/api/v1/order", _SIZES[number % len(_SIZES)]),  # noqa: B023
                    range(200),
                )
            )
            assert statuses == [401] * 200
    assert "Traceback" not in server.output()


def test_java_s_default_offer_of_http2_keeps_the_body(server: LiveServer) -> None:
    if shutil.which("java") is None:
        pytest.skip("no JDK here")
    done = subprocess.run(
        ["java", str(_FOLDER / "Ask.java"), f"{server.url}/graphql"],
        capture_output=True,
        text=True,
        timeout=2 * _PATIENCE_SECONDS,
        check=True,
    )
    assert done.stdout.strip().startswith('{"data":{"__typename":"Query"}')


def test_curl_s_offer_of_http2_keeps_the_form(server: LiveServer) -> None:
    done = subprocess.run(
        ["curl", "-s", "--http2", f"{server.url}/api/v2", "-d", "key=none", "-d", "action=balance"],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=True,
    )
    assert done.stdout == '{"error":"Invalid API key"}'
