"""Descriptions of services: HTML that providers and the old panel wrote, as apps show it."""

import nh3


def clean(html: str) -> str:
    """`html` without scripts, styles, event handlers, forms and frames; text without a tag stays as it is."""
    return nh3.clean(html) if "<" in html else html
