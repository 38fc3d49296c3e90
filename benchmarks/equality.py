"""Whether all servers give the same data for the same work."""

import json
import secrets
import urllib.request
from collections.abc import Sequence
from typing import Any

from benchmarks import answers
from benchmarks.contestants import Contestant
from benchmarks.seed import Sizes
from benchmarks.works import KEY, ORDERS_ASKED, SERVICES_ASKED, Ask, Work

_PATIENCE_SECONDS = 30
_ROWS = {Work.SERVICES: SERVICES_ASKED, Work.ORDERS: ORDERS_ASKED}


def users_of(work: Work, sizes: Sizes) -> range:
    """Ids of the users that a work is done for."""
    return sizes.twenty_orders if work is Work.LEGACY_ORDERS else sizes.many_orders


def send(url: str, ask: Ask) -> bytes:
    """The body of the answer; an error status raises urllib's HTTPError."""
    body = ask.body.replace(KEY, secrets.token_hex(8)).encode() if ask.body else None
    request = urllib.request.Request(url + ask.path, body, ask.headers(), method=ask.method)
    with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as response:
        return bytes(response.read())


def differences(contestants: Sequence[Contestant], sizes: Sizes) -> list[str]:
    """Each difference from the first server that does the work, in words."""
    found = []
    for work in Work:
        able = [one for one in contestants if work in one.asks]
        users = users_of(work, sizes)
        for user_id in (users[0], users[6], users[41], users[-1]):
            given = [(one.name, _answer(one, work, user_id)) for one in able]
            found += [
                f"{work} for user {user_id}: {name} and {given[0][0]} differ: {_first(content, given[0][1])}"
                for name, content in given
                if content != given[0][1]
            ]
    return found


def _answer(contestant: Contestant, work: Work, user_id: int) -> Any:
    body = send(contestant.server.url, contestant.asks[work](user_id))
    try:
        content = answers.comparable(work, json.loads(body))
    except answers.WrongAnswer as wrong:
        return f"no data: {wrong}"
    rows = content["orders"] if work is Work.LEGACY_ORDERS else content
    if work is Work.CREATE_ORDER or len(rows) == _ROWS.get(work, ORDERS_ASKED):
        return content
    return f"{len(rows)} rows"


def _first(one: Any, other: Any) -> str:
    """Where two answers part."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            if one.get(name) != other.get(name):
                return f"{name}: {_first(one.get(name), other.get(name))}"
    if isinstance(one, list) and isinstance(other, list):
        for left, right in zip(one, other, strict=False):
            if left != right:
                return _first(left, right)
    return f"{str(one)[:200]} and {str(other)[:200]}"
