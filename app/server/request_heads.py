"""Checks on the head of an HTTP/1.1 request that neither httptools nor uvicorn makes."""

import http
import re
from collections.abc import Iterator

Headers = list[tuple[bytes, bytes]]

# RFC 3986 section 3.2: the characters allowed in a host and a port.
_HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=%\-]*(?::[0-9]*)?|\[[0-9A-Fa-fv:.]+\](?::[0-9]*)?")
_SEPARATORS = len(": \r\n")
_UPGRADE_FIELDS = {b"upgrade", b"http2-settings"}


class MalformedHead(Exception):
    """A head to be refused with `status`."""

    def __init__(self, status: http.HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def check_host(headers: Headers, *, is_required: bool) -> None:
    """Require exactly one valid Host, as RFC 9112 section 3.2 does for HTTP/1.1.

    Raises:
        MalformedHead: it is missing, repeated or invalid.
    """
    hosts = [value for name, value in headers if name == b"host"]
    if not hosts and not is_required:
        return
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        raise MalformedHead(http.HTTPStatus.BAD_REQUEST)


def get_head_size(url: bytes, headers: Headers) -> int:
    """Bytes of the head, without the method and the version."""
    return len(url) + sum(len(name) + len(value) + _SEPARATORS for name, value in headers)


def offers_websocket(headers: Headers) -> bool:
    """Whether the client offers an upgrade to WebSocket."""
    return any(name == b"upgrade" and b"websocket" in _split_tokens(value) for name, value in headers)


def remove_upgrade(request_line: bytes, headers: Headers) -> bytes:
    """The head without its upgrade offer."""
    lines = [request_line, *(b"%b: %b" % header for header in _filter_headers(headers))]
    return b"\r\n".join([*lines, b"", b""])


def _filter_headers(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers:
        if name == b"connection":
            tokens = [token for token in _split_tokens(value) if token not in _UPGRADE_FIELDS]
            if tokens:
                yield name, b", ".join(tokens)
        elif name not in _UPGRADE_FIELDS:
            yield name, value


def _split_tokens(value: bytes) -> list[bytes]:
    return [token.strip().lower() for token in value.split(b",")]
