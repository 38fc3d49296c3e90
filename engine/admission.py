"""Whether an operation may run: decided from its text, its cost and what its caller has left to spend."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

import strawberry
from graphql import DocumentNode, GraphQLError

from config.per_caller import CallerKind
from config.settings import Settings
from domain import texts
from domain.messages import Language
from domain.roles import UserRole
from engine.buckets import Buckets, Capacity
from engine.documents import Documents, Prepared, UnusableDocument
from engine.limits import Limits
from engine.persisted import PersistedDocuments, TrustedDocuments
from engine.size import UNSTORABLE
from engine.turns import Turns
from resolvers.sessions import SignedIn

RATE_LIMITED = "RATE_LIMITED"
_CHARACTERS_A_POINT = 100


class RequestContext(Protocol):
    """What the engine itself reads of the context that it hands to fields."""

    language: Language
    viewer: SignedIn | None
    address: str

    def renewed(self) -> Self:
        """The same caller with nothing remembered, for the next event of a subscription."""


@dataclass(frozen=True, kw_only=True)
class GraphQLRequest:
    """What a client asks to run: a text, the id of one that the server knows, or both.

    With `is_storable` the variables are known to hold no text that a database could not store.
    """

    query: str | None = None
    document_id: str | None = None
    operation_name: str | None = None
    variables: dict[str, object] | None = None
    is_storable: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs, and the caller's bucket after it, in points.

    `requested` is the price of the refusal where the document is refused before its own is known.
    """

    requested: int
    limit: int
    remaining: int
    restore_rate: int

    def shown(self) -> dict[str, int]:
        """As `extensions.cost` tells it."""
        return {
            "requested": self.requested,
            "limit": self.limit,
            "remaining": self.remaining,
            "restoreRate": self.restore_rate,
        }


class Refused(Exception):
    """The operation may not run; `retry_after_seconds` is when it may, if it is only too early."""

    def __init__(
        self, errors: list[GraphQLError], cost: Cost, *, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(errors[0].message)
        self.errors = errors
        self.cost = cost
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class _Account:
    buckets: Buckets
    caller: str
    capacity: Capacity

    @property
    def remaining(self) -> int:
        return self.buckets.remaining(self.caller, self.capacity)

    def spend(self, points: int, *, requested: int) -> Cost:
        return self._cost(requested, self.buckets.spend(self.caller, points, self.capacity))

    def cost(self, requested: int) -> Cost:
        return self._cost(requested, self.remaining)

    def refusal_for_now(self, *, requested: int) -> Refused:
        seconds = self.buckets.seconds_until(self.caller, requested, self.capacity)
        error = GraphQLError(
            f"The operation costs {requested} points, of which {self.remaining} are left; "
            f"try again after {seconds} seconds.",
            extensions={"code": RATE_LIMITED, "retryAfter": seconds},
        )
        return Refused([error], self.cost(requested), retry_after_seconds=seconds)

    def _cost(self, requested: int, remaining: int) -> Cost:
        return Cost(requested, self.capacity.points, remaining, self.capacity.restore_rate)


@dataclass(frozen=True, slots=True)
class Admitted:
    """An operation that may run; `cost` is as it was admitted."""

    document: DocumentNode
    cost: Cost
    _account: _Account

    def cost_now(self) -> Cost:
        """The same price, and what is left by now."""
        return self._account.cost(self.cost.requested)


class Admission:
    """The door of one schema: limits and buckets are those of the settings, by kind of caller."""

    def __init__(
        self, schema: strawberry.Schema, settings: Settings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        trusted = settings.graphql_trusted_documents
        self._texts = (
            PersistedDocuments(most=settings.graphql_persisted_queries)
            if trusted is None
            else TrustedDocuments.read(trusted)
        )
        self._documents = Documents(schema, shows_schema=settings.shows_graphql_schema)
        self._turns = Turns()
        self._buckets = Buckets(clock=clock)
        self._limits = {kind: Limits.of(kind, settings) for kind in CallerKind}
        self._capacities = {
            kind: Capacity(settings.graphql_points.of(kind), settings.graphql_restore_rate.of(kind))
            for kind in CallerKind
        }

    @property
    def trusted_operations(self) -> frozenset[str]:
        """Names of the operations in trusted documents; none where all documents may run."""
        return self._texts.operation_names if isinstance(self._texts, TrustedDocuments) else frozenset()

    def text_of(self, request: GraphQLRequest) -> str:
        """The document that `request` means.

        Raises:
            UnusableDocument: it is not known here, or not trusted.
        """
        return self._texts.text_of(request.query, request.document_id)

    async def admit(self, request: GraphQLRequest, context: RequestContext) -> Admitted:
        """Charge the caller for the operation, which may run then.

        A refusal costs a point, and one more for each hundred characters that had to be read. A document
        that was not seen before waits for its turn.

        Raises:
            Refused: the document cannot run, or the caller's bucket holds too little for it.
        """
        kind = _kind(context)
        account = _Account(self._buckets, _caller(context), self._capacities[kind])
        remaining = account.remaining
        if remaining < 1:
            raise account.refusal_for_now(requested=1)
        price = 1 + len(request.query or "") // _CHARACTERS_A_POINT
        try:
            prepared = await self._prepared(request, self._limits[kind])
        except UnusableDocument as unusable:
            requested = price if unusable.cost is None else unusable.cost
            raise Refused(unusable.errors, account.spend(price, requested=requested)) from unusable
        if prepared.cost > remaining:
            account.spend(price, requested=prepared.cost)
            raise account.refusal_for_now(requested=prepared.cost)
        cost = account.spend(prepared.cost, requested=prepared.cost)
        return Admitted(prepared.document, cost, account)

    async def _prepared(self, request: GraphQLRequest, limits: Limits) -> Prepared:
        if not request.is_storable:
            _check_storable(request.variables or {})
        text = self.text_of(request)
        if self._documents.knows(text):
            return self._prepare(text, request, limits)
        async with self._turns:
            return self._prepare(text, request, limits)

    def _prepare(self, text: str, request: GraphQLRequest, limits: Limits) -> Prepared:
        return self._documents.prepare(
            text, limits, operation_name=request.operation_name, variables=request.variables or {}
        )


def _kind(context: RequestContext) -> CallerKind:
    if context.viewer is None:
        return CallerKind.ANONYMOUS
    return CallerKind.USER if context.viewer.user.role is UserRole.USER else CallerKind.STAFF


def _caller(context: RequestContext) -> str:
    if context.viewer is not None:
        return f"user:{context.viewer.user.id}"
    return f"address:{context.address}"


def _check_storable(variables: dict[str, object]) -> None:
    """Refuse texts that no database could store, wherever in the variables."""
    # Not recursive: JSON may be nested deeper than Python's stack.
    rest: list[object] = [variables]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += (*value.keys(), *value.values())
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, str) and not texts.is_storable(value):
            raise UnusableDocument([GraphQLError(UNSTORABLE)], code="BAD_USER_INPUT")
