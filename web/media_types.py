"""Content negotiation by Accept headers (RFC 9110 section 12.5)."""

from functools import lru_cache

_CACHED_HEADERS = 256
_MAX_LENGTH = 1_000


@lru_cache(_CACHED_HEADERS)
def get_quality(accept: str, media_type: str) -> float:
    """The weight from 0 to 1 that the `Accept` header gives `media_type`; 1 if the header is absent.

    The most specific range applies: the type itself, then `text/*`, then `*/*`.
    """
    if not accept.strip():
        return 1.0
    ranges = _parse_weights(accept)
    kind = media_type.partition("/")[0]
    for name in (media_type, f"{kind}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0


@lru_cache(_CACHED_HEADERS)
def prefers_page(accept: str, *others: str) -> bool:
    """Whether text/html is listed, as browsers do, with at least the weight of each of `others`."""
    html = _parse_weights(accept).get("text/html", 0.0)
    return html > 0 and all(html >= get_quality(accept, other) for other in others)


@lru_cache(_CACHED_HEADERS)
def prefers(accept: str, media_type: str, *, over: str) -> bool:
    """Whether `media_type` is listed explicitly, with at least the weight of the other one."""
    weight = _parse_weights(accept).get(media_type, 0.0)
    return weight > 0 and weight >= get_quality(accept, over)


@lru_cache(_CACHED_HEADERS)
def accepts_coding(accept_encoding: str, coding: str) -> bool:
    """Whether the `Accept-Encoding` header allows the content coding."""
    weights = _parse_weights(accept_encoding)
    return weights.get(coding, weights.get("*", 0.0)) > 0


def _parse_weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in header[:_MAX_LENGTH].lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            weights[name] = max(weights.get(name, 0.0), _parse_weight(parameters))
    return weights


def _parse_weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
