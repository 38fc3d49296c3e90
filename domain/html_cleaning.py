"""Sanitizes the HTML descriptions of services, written by providers and the old panel."""

import nh3


def clean(html: str) -> str:
    """`html` without scripts, styles, event handlers, forms and frames; plain text is unchanged."""
    return nh3.clean(html) if "<" in html else html
