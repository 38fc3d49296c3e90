"""Acts that clients may repeat: the first answer again (Stripe's idempotent requests; the IETF's draft
of the Idempotency-Key header)."""

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

from domain import idempotency_keys, problem_records
from domain.problems import IdempotencyKeyReused, InvalidInput, InvalidLink, Problem, QuotaReached
from models import IdempotencyKey, User, database
from models.placing import Claim

Row = TypeVar("Row", bound=Model)

LIFETIME = timedelta(hours=24)
# PostgreSQL makes the INSERT wait for a twin's transaction, SQLite the whole transaction: a twin in
# progress is waited for. A key that has expired begins anew.
_CLAIM = """
INSERT INTO idempotency_keys (user_id, key, operation, fingerprint, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_id, key) DO UPDATE SET operation = excluded.operation, fingerprint = excluded.fingerprint,
    answer = NULL, created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE idempotency_keys.expires_at <= excluded.created_at
RETURNING id
"""
_REMEMBER = "UPDATE idempotency_keys SET answer = $1 WHERE user_id = $2 AND key = $3"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request for an operation: who asks, under which key, and for what.

    `same_request` gives the fingerprint of another spelling of the request, or None where there is no
    other; it is asked only when the key was used with a fingerprint that differs.
    """

    user_id: int
    key: str
    operation: str
    fingerprint: str
    same_request: Callable[[], Awaitable[str | None]] | None = None

    async def is_for(self, operation: str, fingerprint: str) -> bool:
        """Whether a stored request asked for the same."""
        if operation != self.operation:
            return False
        if fingerprint == self.fingerprint:
            return True
        return self.same_request is not None and fingerprint == await self.same_request()


def attempt(
    operation: Callable[..., object],
    arguments: Mapping[str, object],
    *,
    by: User,
    key: str | None,
    apart_from: Collection[str] = (),
    respell: Callable[[], Awaitable[Mapping[str, object] | None]] | None = None,
) -> Attempt | None:
    """What a call of `operation` asks for; None where the client gave no key.

    `arguments` are the operation's `locals()`. The fingerprint covers every keyword-only parameter of its
    signature but the key and those in `apart_from`, so that one that is added later is covered by itself.
    `respell` gives the arguments in which another API may have made the same request.

    Raises:
        InvalidInput: the key is not of 1 to 255 visible characters.
        KeyError: a parameter is missing in `arguments`.
    """
    if key is None:
        return None
    covered = {name: arguments[name] for name in _covered(operation) if name not in apart_from}

    async def same_request() -> str | None:
        changed = await respell() if respell is not None else None
        return None if changed is None else _fingerprint({**covered, **changed})

    return Attempt(
        user_id=by.id,
        key=idempotency_keys.parse(key),
        operation=operation.__name__,
        fingerprint=_fingerprint(covered),
        same_request=same_request if respell is not None else None,
    )


@cache
def _covered(operation: Callable[..., object]) -> tuple[str, ...]:
    """The operation's keyword-only parameters but the key: by convention, what is asked for."""
    parameters = inspect.signature(operation).parameters.values()
    return tuple(
        parameter.name
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name != "idempotency_key"
    )


async def once(
    attempt: Attempt | None,
    act: Callable[[], Awaitable[Row]],
    *,
    recall: Callable[[int], Awaitable[Row]],
) -> Row:
    """Run `act` in a transaction, or give the first answer again where the key has one.

    A refusal that depends on the shop's state is an answer too and is given again; what is wrong with the
    input alone is not kept, nor is a crash. `recall` makes the first answer anew from the primary key of
    what `act` left.

    Raises:
        IdempotencyKeyReused: the key was used for another act or other arguments.
        Problem: whatever `act` raises.
    """
    if attempt is None:
        async with in_transaction():
            return await act()
    try:
        async with in_transaction():
            if await claim(attempt, now=await database.now()):
                result = await act()
                await remember(attempt, {"id": result.pk})
                return result
    except (InvalidInput, InvalidLink, QuotaReached):
        raise
    except Problem as refusal:
        if await _remember_refusal(attempt, refusal):
            raise
    return await recall(await first_answer(attempt))


def claim_of(attempt: Attempt) -> Claim:
    """The same, for an act that one statement does."""
    return Claim(
        key=attempt.key,
        operation=attempt.operation,
        fingerprint=attempt.fingerprint,
        lifetime=LIFETIME,
    )


async def claim(attempt: Attempt, *, now: datetime) -> bool:
    """Whether the key is this attempt's to use; False where it was used in the last 24 hours."""
    await IdempotencyKey.lock(attempt.user_id, attempt.key)
    rows = await database.fetch(
        _CLAIM,
        attempt.user_id,
        attempt.key,
        attempt.operation,
        attempt.fingerprint,
        now,
        now + LIFETIME,
    )
    return bool(rows)


async def remember(attempt: Attempt, answer: Mapping[str, object]) -> None:
    """Keep the first answer of a claimed key."""
    await database.fetch(_REMEMBER, orjson.dumps(answer).decode(), attempt.user_id, attempt.key)


async def first_answer(attempt: Attempt) -> int:
    """The id in the first answer.

    Raises:
        IdempotencyKeyReused: it was the answer to something else.
        Problem: the first answer was this refusal.
    """
    row = await IdempotencyKey.get(user_id=attempt.user_id, key=attempt.key)
    if not await attempt.is_for(row.operation, row.fingerprint):
        raise IdempotencyKeyReused
    answer: dict[str, object] = orjson.loads(row.answer or "")
    if "code" in answer:
        raise problem_records.from_record(answer)
    return int(str(answer["id"]))


async def _remember_refusal(attempt: Attempt, refusal: Problem) -> bool:
    """Keep `refusal` as the first answer; False where a twin's answer came between."""
    async with in_transaction():
        if not await claim(attempt, now=await database.now()):
            return False
        await remember(attempt, problem_records.to_record(refusal))
        return True


def _fingerprint(arguments: Mapping[str, object]) -> str:
    # repr writes whatever a client may send, numbers beyond 64 bits and half surrogate pairs included.
    canonical = repr(sorted(arguments.items()))
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()
