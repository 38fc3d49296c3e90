"""Delivery targets of orders: an address, or the name of a page. Only text; nothing is fetched."""

import hashlib
import re
import string
from contextlib import suppress
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

import idna

from domain import text_cleaning
from domain.problems import InvalidLink

MAX_LENGTH = 2_000

# Page names on any network: letters of any script, digits and the punctuation that names allow.
_USERNAME = re.compile(r"@?[\w.\-]{1,100}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_RESERVED = "%:/?#[]@!$&'()*+,;="
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]*")
_ENCODED = re.compile("%([0-9A-Fa-f]{2})")
_BLANK = re.compile(r"[\s\x00]")


def parse(text: str) -> str:
    """`text` as the buyer wrote it, trimmed of blanks and invisible characters.

    Raises:
        InvalidLink: neither an http(s) address nor a page name, or over 2,000 characters.
    """
    link = text_cleaning.strip(text)
    if not 1 <= len(link) <= MAX_LENGTH or not text_cleaning.is_storable(link):
        raise InvalidLink
    if not _USERNAME.fullmatch(link) and not is_address(link):
        raise InvalidLink
    return link


def is_address(text: str) -> bool:
    """Whether `text` is an http or https URL with a host, without blanks or invisible characters.

    A ZWNJ inside a Persian word is part of the address: browsers copy such paths unencoded.
    """
    return _parse_address(text) is not None


@lru_cache(64)
def _parse_address(text: str) -> SplitResult | None:
    """The parts of an address as defined by `is_address`, else None.

    Cached: an order's link is parsed when it is checked, and again for its normal form.
    """
    if _BLANK.search(text) or text_cleaning.clean_line(text) != text:
        return None
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_address else None


def normalize(link: str) -> str:
    """The normal form of a link (RFC 3986, 6.2.2 and 6.2.3); links are stored as written.

    Addresses: scheme and host in lower case, the host in IDNA's ASCII; default ports, dot segments and empty
    queries and fragments removed; uniform percent-encoding. Beyond the RFC, because networks serve the same
    page: http equals https, and `www.` and trailing slashes are removed. Page names: without the @, in lower
    case.
    """
    parts = _parse_address(link)
    if parts is None:
        return link.removeprefix("@").lower()
    userinfo, at, _ = parts.netloc.rpartition("@")
    path = _remove_dot_segments(_percent_encode(parts.path)).rstrip("/")
    query = f"?{_percent_encode(parts.query)}" if parts.query else ""
    fragment = f"#{_percent_encode(parts.fragment)}" if parts.fragment else ""
    return f"https://{userinfo}{at}{_format_host(parts)}{path}{query}{fragment}"


def hash_link(link: str) -> int:
    """64 bits of the normalized link's hash, signed, for a BIGINT column."""
    digest = hashlib.blake2b(normalize(link).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _format_host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        with suppress(idna.IDNAError):
            host = idna.encode(host, uts46=True).decode()
    host = host.removeprefix("www.")
    shown, port = f"[{host}]" if ":" in host else host, parts.port
    return shown if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{shown}:{port}"


def _percent_encode(text: str) -> str:
    """`text` with unreserved characters unencoded and non-ASCII percent-encoded, in capitals."""
    if _PLAIN.fullmatch(text):
        return text
    return _ENCODED.sub(_decode_unreserved, quote(text, safe=_RESERVED))


def _decode_unreserved(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _remove_dot_segments(path: str) -> str:
    """RFC 3986, 5.2.4."""
    if "/." not in path:
        return path
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == ".." and segments:
            segments.pop()
        elif segment not in (".", ".."):
            segments.append(segment)
    return "/" + "/".join(segments)
