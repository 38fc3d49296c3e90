"""What an order is delivered to: an address, or the name of a page. Data only: nothing here is fetched."""

import re
from urllib.parse import urlsplit

from domain import texts
from domain.problems import InvalidLink

LONGEST = 2_000
"""Characters of the longest link."""

# A page's name on any of the networks: letters of any script, digits and the marks that names hold.
_PAGE_NAME = re.compile(r"@?[\w.\-]{1,100}")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def parse(text: str) -> str:
    """`text` without its surrounding blanks.

    Raises:
        InvalidLink: neither an http(s) address nor a page's name, or over 2,000 characters.
    """
    link = text.strip()
    if not 1 <= len(link) <= LONGEST or not texts.is_storable(link):
        raise InvalidLink
    if not _PAGE_NAME.fullmatch(link) and not is_address(link):
        raise InvalidLink
    return link


def is_address(text: str) -> bool:
    """Whether `text` is an http or https URL with a host, and without blanks or direction marks."""
    if _UNSEEN.search(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
