"""Classifies providers' refusals by their text.

The common panel API has no error codes: panels return either PerfectPanel's `neworder.error.*` keys or
sentences of their own. Unlisted texts, including those in other languages, are OTHER.
"""

import re
from collections.abc import Sequence

from domain.enums import RefusalKind
from gateways.errors import GatewayRejected

_UNAUTHORIZED = 401
# The first match wins, so specific patterns precede general ones: a private Instagram account is a link
# error, an account without money a funds error.
_PATTERNS: Sequence[tuple[RefusalKind, re.Pattern[str]]] = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            RefusalKind.BUSY,
            r"rate limit|too many (?:requests|attempts|calls)|request limit|slow down|throttl"
            r"|under maintenance|maintenance mode|server (?:is )?(?:too )?busy|api (?:is )?busy",
        ),
        (
            RefusalKind.DUPLICATE_LINK,
            r"link duplicate|duplicate (?:link|order)|active order (?:with|for) this link"
            r"|order (?:with|for) (?:this|the same|same) (?:link|url)|same link|already (?:an )?active order",
        ),
        (
            RefusalKind.FUNDS,
            r"not enough (?:funds?|balance|money|credits?)|insufficient (?:funds?|balance|credits?|money)"
            r"|(?:funds?|balance|credits?) (?:is |are )?(?:too |not )?(?:low|enough|insufficient|sufficient)"
            r"|low balance|no (?:funds|balance|credit)|top up|recharge your|add funds",
        ),
        (
            RefusalKind.ACCOUNT,
            r"api ?key|(?:invalid|incorrect|wrong|bad|unknown|missing) (?:key|token)|unauthori[sz]ed"
            r"|forbidden"
            r"|(?:your|user|api) (?:account|access|user)? ?(?:is |was |has been )?"
            r"(?:suspended|banned|blocked|disabled|deactivated|inactive)"
            r"|account (?:is |was |has been )?(?:suspended|banned|blocked|disabled|deactivated|inactive)"
            r"|access denied|not allowed to access|user not found"
            r"|ip (?:address )?(?:is )?not (?:allowed|white)",
        ),
        (
            RefusalKind.QUANTITY,
            r"quantity|min(?:imum)? (?:order|amount)|max(?:imum)? (?:order|amount)"
            r"|less than minimum|more than maximum|comments? (?:count|number)",
        ),
        (
            RefusalKind.SERVICE,
            r"service (?:id|inactive|not found|is not|is disabled|is inactive|does not exist|unavailable)"
            r"|(?:incorrect|invalid|wrong|unknown|no such|inactive|disabled) service",
        ),
        (
            RefusalKind.LINK,
            r"\blink\b|\burl\b|username|(?:page|account|profile|post|channel) (?:is )?(?:private|not found)",
        ),
    )
]
_SEPARATORS = re.compile(r"[^a-z0-9]+")


def classify(rejected: GatewayRejected) -> RefusalKind:
    """The kind of a refusal, by its text or, if that is unknown, by HTTP status 401."""
    kind = classify_text(rejected.text)
    is_account = kind is RefusalKind.OTHER and rejected.code == _UNAUTHORIZED
    return RefusalKind.ACCOUNT if is_account else kind


def classify_text(text: str) -> RefusalKind:
    """The kind of a refusal with this text, ignoring case and punctuation."""
    words = _SEPARATORS.sub(" ", text.casefold())
    return next((kind for kind, pattern in _PATTERNS if pattern.search(words)), RefusalKind.OTHER)
