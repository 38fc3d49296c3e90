"""Answers of different servers in one normal form, so that equal data compare equal.

Servers differ in how they wrap and spell the same values. The normal form

1. takes off envelopes: `data` and its only field, Relay's `edges` and `node`, PostGraphile's `result`;
2. turns global ids (base64 of `Type:key`) into their key;
3. writes enums as the database does, in small letters: `PENDING` is `pending`;
4. turns timestamps of any notation into Unix seconds;
5. turns whole numbers that are spelled as text (PostGraphile's BigInt) into numbers.

Answers of the REST route are not normalised at all: they have to be the same JSON.
"""

import base64
import binascii
from datetime import datetime
from typing import Any

from benchmarks.workloads import Workload

_ENUMS = frozenset({"status", "type", "source"})
_TIMESTAMPS = frozenset({"createdAt", "updatedAt"})
_WHOLE_NUMBERS = frozenset({"price", "min", "max", "quantity", "charge", "refunded", "startCount", "remains"})
_UNIQUE_TO_ONE_ORDER = frozenset({"id", "createdAt"})
"""What differs between two orders that are otherwise alike."""


class WrongAnswer(Exception):
    """An answer without data."""


def to_comparable(work: Workload, answer: Any) -> Any:
    """What has to be equal among all servers for one work and one user.

    Raises:
        WrongAnswer: the response has errors or no data.
    """
    if work is Workload.LEGACY_ORDERS:
        return answer
    content = normalize(_unwrap(answer))
    if work is Workload.CREATE_ORDER:
        return {name: value for name, value in content.items() if name not in _UNIQUE_TO_ONE_ORDER}
    return content


def normalize(value: Any, name: str = "") -> Any:
    """`value` of the field `name`, without page envelopes and with normalized scalars."""
    if isinstance(value, dict):
        if "edges" in value:
            return [normalize(edge["node"]) for edge in value["edges"]]
        return {key: normalize(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [normalize(inner) for inner in value]
    if isinstance(value, str):
        return _normalize_scalar(value, name)
    return value


def _normalize_scalar(text: str, name: str) -> str | int:
    if name == "id":
        return _decode_key(text)
    if name in _ENUMS:
        return text.lower()
    if name in _TIMESTAMPS:
        return int(datetime.fromisoformat(text).timestamp())
    return int(text) if name in _WHOLE_NUMBERS else text


def _decode_key(text: str) -> int:
    try:
        return int(base64.b64decode(text, validate=True).decode().partition(":")[2])
    except (binascii.Error, ValueError):
        return int(text)


def _unwrap(answer: Any) -> Any:
    if isinstance(answer, dict) and ("errors" in answer or "detail" in answer):
        raise WrongAnswer(str(answer)[:500])
    if isinstance(answer, dict) and "data" in answer:
        (answer,) = answer["data"].values()
    if isinstance(answer, dict) and "result" in answer:
        answer = answer["result"]
    if not answer or (isinstance(answer, dict) and "code" in answer):
        raise WrongAnswer(str(answer)[:500])
    return answer
