"""Idempotent requests: a repeated key returns the stored result of the first request.

Based on Stripe's idempotent requests and the IETF draft of the Idempotency-Key header.
"""

import hashlib
import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

import orjson
from tortoise.models import Model
from tortoise.transactions import in_transaction

import database
from domain import idempotency_keys, problem_serialization
from domain.problems import IdempotencyKeyReused, InvalidInput, InvalidLink, Problem, QuotaReached
from models import IdempotencyKey, User

Row = TypeVar("Row", bound=Model)

LIFETIME = timedelta(hours=24)
# A duplicate in progress is waited for: PostgreSQL makes the INSERT wait for the other transaction, SQLite
# serializes transactions. An expired key can be claimed again.
_CLAIM = """
INSERT INTO idempotency_keys (user_id, key, operation, fingerprint, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_id, key) DO UPDATE SET operation = excluded.operation, fingerprint = excluded.fingerprint,
    result = NULL, created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE idempotency_keys.expires_at <= excluded.created_at
RETURNING id
"""
_STORE_RESULT = "UPDATE idempotency_keys SET result = $1 WHERE user_id = $2 AND key = $3"


@dataclass(frozen=True, kw_only=True)
class IdempotentRequest:
    """One request for an operation: the user, the key, and the fingerprint of the arguments.

    `same_request` returns the fingerprint of an equivalent spelling of the request, or None if there is none;
    it is called only when the key was used with a different fingerprint.
    """

    user_id: int
    key: str
    operation: str
    fingerprint: str
    same_request: Callable[[], Awaitable[str | None]] | None = None

    async def is_for(self, operation: str, fingerprint: str) -> bool:
        """Whether a stored request is equivalent to this one."""
        if operation != self.operation:
            return False
        if fingerprint == self.fingerprint:
            return True
        return self.same_request is not None and fingerprint == await self.same_request()


def request_for(
    operation: Callable[..., object],
    arguments: Mapping[str, object],
    *,
    user: User,
    key: str | None,
    excluded: Collection[str] = (),
    respell: Callable[[], Awaitable[Mapping[str, object] | None]] | None = None,
) -> IdempotentRequest | None:
    """The idempotent request for a call of `operation`; None if the client sent no key.

    `arguments` are the operation's `locals()`. The fingerprint covers every keyword-only parameter of its
    signature except the key and those in `excluded`, so a parameter added later is covered automatically.
    `respell` returns the arguments with which another API may have made the same request.

    Raises:
        InvalidInput: the key is not 1 to 255 visible characters.
        KeyError: a parameter is missing in `arguments`.
    """
    if key is None:
        return None
    covered = {name: arguments[name] for name in _fingerprinted_parameters(operation) if name not in excluded}

    async def same_request() -> str | None:
        changed = await respell() if respell is not None else None
        return None if changed is None else _compute_fingerprint({**covered, **changed})

    return IdempotentRequest(
        user_id=user.id,
        key=idempotency_keys.parse(key),
        operation=operation.__name__,
        fingerprint=_compute_fingerprint(covered),
        same_request=same_request if respell is not None else None,
    )


@cache
def _fingerprinted_parameters(operation: Callable[..., object]) -> tuple[str, ...]:
    """The operation's keyword-only parameters except the key: by convention, the request's content."""
    parameters = inspect.signature(operation).parameters.values()
    return tuple(
        parameter.name
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name != "idempotency_key"
    )


async def run_once(
    request: IdempotentRequest | None,
    operation: Callable[[], Awaitable[Row]],
    *,
    load_result: Callable[[int], Awaitable[Row]],
) -> Row:
    """Run `operation` in a transaction, or return the stored result if the key has one.

    A refusal that depends on the shop's state is stored and returned again; invalid input and crashes are not
    stored. `load_result` rebuilds the first result from the primary key of the record that `operation`
    created.

    Raises:
        IdempotencyKeyReused: the key was used for another operation or other arguments.
        Problem: raised by `operation`.
    """
    if request is None:
        async with in_transaction():
            return await operation()
    try:
        async with in_transaction():
            if await claim(request, now=await database.now()):
                result = await operation()
                await store_result(request, {"id": result.pk})
                return result
    except (InvalidInput, InvalidLink, QuotaReached):
        raise
    except Problem as refusal:
        if await _store_problem(request, refusal):
            raise
    return await load_result(await get_stored_result(request))


async def claim(request: IdempotentRequest, *, now: datetime) -> bool:
    """Claim the key; False if it was used in the last 24 hours."""
    await IdempotencyKey.lock(request.user_id, request.key)
    rows = await database.fetch(
        _CLAIM,
        request.user_id,
        request.key,
        request.operation,
        request.fingerprint,
        now,
        now + LIFETIME,
    )
    return bool(rows)


async def store_result(request: IdempotentRequest, result_id: Mapping[str, object]) -> None:
    """Store the result of a claimed key."""
    await database.fetch(_STORE_RESULT, orjson.dumps(result_id).decode(), request.user_id, request.key)


async def get_stored_result(request: IdempotentRequest) -> int:
    """The id stored as the result of the key.

    Raises:
        IdempotencyKeyReused: the key belongs to a different request.
        Problem: the stored result is this refusal.
    """
    row = await IdempotencyKey.get(user_id=request.user_id, key=request.key)
    if not await request.is_for(row.operation, row.fingerprint):
        raise IdempotencyKeyReused
    result: dict[str, object] = orjson.loads(row.result or "")
    if "code" in result:
        raise problem_serialization.from_record(result)
    return int(str(result["id"]))


async def _store_problem(request: IdempotentRequest, problem: Problem) -> bool:
    """Store `refusal` as the result; False if a concurrent request stored its own first."""
    async with in_transaction():
        if not await claim(request, now=await database.now()):
            return False
        await store_result(request, problem_serialization.to_record(problem))
        return True


def _compute_fingerprint(arguments: Mapping[str, object]) -> str:
    # repr can represent anything a client may send, including integers beyond 64 bits and lone surrogates.
    canonical = repr(sorted(arguments.items()))
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()
