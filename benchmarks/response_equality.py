"""Checks that all servers return the same data for the same workload."""

import json
import secrets
import urllib.request
from collections.abc import Sequence
from typing import Any

from benchmarks import response_normalization
from benchmarks.contestants import Contestant
from benchmarks.seed import Sizes
from benchmarks.workloads import KEY, ORDER_COUNT, SERVICE_COUNT, Request, Workload

_PATIENCE_SECONDS = 30
_ROWS = {Workload.SERVICES: SERVICE_COUNT, Workload.ORDERS: ORDER_COUNT}


def get_user_ids(work: Workload, sizes: Sizes) -> range:
    """Ids of the users that a work is done for."""
    return sizes.twenty_orders if work is Workload.LEGACY_ORDERS else sizes.many_orders


def send(url: str, workload_request: Request) -> bytes:
    """The body of the answer; an error status raises urllib's HTTPError."""
    body = (
        workload_request.body.replace(KEY, secrets.token_hex(8)).encode() if workload_request.body else None
    )
    request = urllib.request.Request(
        url + workload_request.path, body, workload_request.build_headers(), method=workload_request.method
    )
    with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as response:
        return bytes(response.read())


def find_differences(contestants: Sequence[Contestant], sizes: Sizes) -> list[str]:
    """Each difference from the first server that does the work, in words."""
    found = []
    for work in Workload:
        able = [one for one in contestants if work in one.request_builders]
        users = get_user_ids(work, sizes)
        for user_id in (users[0], users[6], users[41], users[-1]):
            responses = [(one.name, _answer(one, work, user_id)) for one in able]
            found += [
                f"{work} for user {user_id}: {name} and {responses[0][0]} differ: "
                f"{_find_first_difference(content, responses[0][1])}"
                for name, content in responses
                if content != responses[0][1]
            ]
    return found


def _answer(contestant: Contestant, work: Workload, user_id: int) -> Any:
    body = send(contestant.server.url, contestant.request_builders[work](user_id))
    try:
        content = response_normalization.to_comparable(work, json.loads(body))
    except response_normalization.WrongAnswer as wrong:
        return f"no data: {wrong}"
    rows = content["orders"] if work is Workload.LEGACY_ORDERS else content
    if work is Workload.CREATE_ORDER or len(rows) == _ROWS.get(work, ORDER_COUNT):
        return content
    return f"{len(rows)} rows"


def _find_first_difference(one: Any, other: Any) -> str:
    """Where two answers part."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            if one.get(name) != other.get(name):
                return f"{name}: {_find_first_difference(one.get(name), other.get(name))}"
    if isinstance(one, list) and isinstance(other, list):
        for left, right in zip(one, other, strict=False):
            if left != right:
                return _find_first_difference(left, right)
    return f"{str(one)[:200]} and {str(other)[:200]}"
