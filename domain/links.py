"""What an order is delivered to: an address, or the name of a page. Data only: nothing here is fetched."""

import re
from urllib.parse import urlsplit

from domain import texts
from domain.problems import InvalidLink

MAX_LENGTH = 2_000
"""Characters of the longest link."""

# A page's name on any of the networks: letters of any script, digits and the marks that names hold.
_PAGE_NAME = re.compile(r"@?[\w.\-]{1,100}")
_BLANK = re.compile(r"[\s\x00]")


def parse(text: str) -> str:
    """`text` as the buyer wrote it, without blanks and invisible characters at its ends.

    Raises:
        InvalidLink: neither an http(s) address nor a page's name, or over 2,000 characters.
    """
    link = texts.strip(text)
    if not 1 <= len(link) <= MAX_LENGTH or not texts.is_storable(link):
        raise InvalidLink
    if not _PAGE_NAME.fullmatch(link) and not is_address(link):
        raise InvalidLink
    return link


def is_address(text: str) -> bool:
    """Whether `text` is an http or https URL with a host, and without blanks or characters that nobody sees.

    A ZWNJ inside a Persian word is part of the address: browsers copy such paths unencoded.
    """
    if _BLANK.search(text) or texts.clean_line(text) != text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
