"""Redaction of private data from every log line of the process."""

import re

_PRIVATE = (
    (re.compile(r"eyJ[\w-]+(?:\.[\w-]+)+"), "[token]"),
    (re.compile(r"(?i)\b(bearer) +[^\s'\",]+"), r"\1 [token]"),
    (re.compile(r"(?<=\?)[\w%.\[\]-]+=[^\s'\"<>]*"), "[query]"),
    (re.compile(r"(?<![\w.])(?:\+98|0098|98|0)9\d{9}(?!\d)"), "[mobile]"),
    # PKCE (RFC 7636): the verifier and the code together allow a sign-in.
    (
        re.compile(r"(?i)\b(code_verifier|client_secret)(['\"]?\s*[=:,]\s*)['\"]?[\w.~+/=-]+['\"]?"),
        r"\1\2[secret]",
    ),
)
CONTROLS = {number: f"\\x{number:02x}" for number in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
_IN_JSON = {number: f"\\u{number:04x}" for number in CONTROLS}


def redact(text: str) -> str:
    """`text` without tokens, mobiles, query strings and secrets of an OpenID sign-in.

    A safety net: none of these should be logged, but a library's message may contain them.
    """
    for pattern, replacement in _PRIVATE:
        text = pattern.sub(replacement, text)
    return text


def escape_controls(json_text: str) -> str:
    """JSON on one line: escapes DEL, C1 controls and Unicode line breaks, which JSON leaves as they are."""
    return json_text.translate(_IN_JSON)
