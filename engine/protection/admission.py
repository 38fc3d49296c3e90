"""Admission of operations by their text, their cost and the caller's remaining points."""

import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

import strawberry
from graphql import DocumentNode, GraphQLError

from config.per_caller import CallerKind
from config.settings import Settings
from domain import text_cleaning
from domain.problem_messages import Language
from domain.sessions import SessionKind
from engine.protection.accounts import Account, Cost
from engine.protection.document_cache import (
    MAX_CHARACTERS,
    Document,
    DocumentCache,
    UnusableDocument,
    cache_key,
)
from engine.protection.document_metrics import UNSTORABLE
from engine.protection.fair_queue import FairQueue, QueueFull
from engine.protection.limits import Limits
from engine.protection.persisted_documents import PersistedDocuments, TrustedDocuments
from engine.protection.token_buckets import Capacity, TokenBuckets
from resolvers.sessions import Session

RATE_LIMITED = "RATE_LIMITED"

_CHARACTERS_PER_POINT = 10
"""Price of an unseen document: reading 100 characters takes about as long as 10 points of a known one."""

_REJECTED_CHARACTERS_PER_POINT = 100
"""Price of a document that is refused before it is parsed."""

Wait = Callable[[Coroutine[Any, Any, Document]], Awaitable[Document]]
"""How a transport waits for a document to be prepared; it cancels the work if its client disconnects."""


class RequestContext(Protocol):
    """The part of the field context that the engine itself reads."""

    language: Language
    viewer: Session | None
    address: str

    def for_next_event(self) -> Self:
        """A context without cached state for the same caller, for the next event of a subscription."""


@dataclass(frozen=True, kw_only=True)
class GraphQLRequest:
    """A client's request: a document, the id of one that the server knows, or both.

    `is_storable`: the variables are known to contain only text that a database can store.
    """

    query: str | None = None
    document_id: str | None = None
    operation_name: str | None = None
    variables: dict[str, object] | None = None
    is_storable: bool = False


class AdmissionRejected(Exception):
    """The operation is refused; `retry_after_seconds` is set if a later attempt may succeed."""

    def __init__(
        self, errors: list[GraphQLError], cost: Cost, *, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(errors[0].message)
        self.errors = errors
        self.cost = cost
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Admitted:
    """An admitted operation; `cost` is as of its admission, `is_cached` refers to its document."""

    document: DocumentNode
    cost: Cost
    is_cached: bool
    _account: Account

    @property
    def caller(self) -> str:
        """The caller who was charged."""
        return self._account.caller

    def get_current_cost(self) -> Cost:
        """The same price, with the remaining points as of now."""
        return self._account.preview_cost(self.cost.requested)


@dataclass(slots=True)
class _Preparation:
    """The work on an unseen document, run by the queue; `has_started` is True once it used any time."""

    prepare: Callable[[], Document]
    has_started: bool = field(default=False, init=False)

    def __call__(self) -> Document:
        self.has_started = True
        return self.prepare()


class Admission:
    """Decides what may run on one schema, with the settings' limits and buckets per kind of caller.

    Points are charged before anything is awaited. An unseen document is first charged by its length, then
    waits in its caller's queue; once its operation's price is known, the remainder is charged.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_evict: Callable[[DocumentNode], None] | None = None,
    ) -> None:
        trusted = settings.graphql_trusted_documents
        self._texts = (
            PersistedDocuments(max_documents=settings.graphql_persisted_queries)
            if trusted is None
            else TrustedDocuments.load(trusted)
        )
        self._documents = DocumentCache(
            schema,
            shows_schema=settings.shows_graphql_schema,
            max_bytes=settings.graphql_document_cache_bytes,
            on_evict=on_evict,
        )
        self._queue = FairQueue()
        self._buckets = TokenBuckets(clock=clock)
        self._limits = {kind: Limits.for_caller(kind, settings) for kind in CallerKind}
        self._capacities = {
            kind: Capacity(settings.graphql_points.get(kind), settings.graphql_restore_rate.get(kind))
            for kind in CallerKind
        }

    @property
    def trusted_operations(self) -> frozenset[str]:
        """Names of the operations in trusted documents; empty if all documents may run."""
        return self._texts.operation_names if isinstance(self._texts, TrustedDocuments) else frozenset()

    def resolve_text(self, request: GraphQLRequest) -> str:
        """The document of `request`.

        Raises:
            UnusableDocument: it is not known here, or not trusted.
        """
        return self._texts.resolve_text(request.query, request.document_id)

    async def admit(
        self, request: GraphQLRequest, context: RequestContext, *, wait: Wait | None = None
    ) -> Admitted:
        """Charge the caller for the operation, which may then run.

        Raises:
            AdmissionRejected: the document cannot run, the caller has too few points, or too many of the
                caller's documents are waiting.
        """
        kind = _get_caller_kind(context)
        account = Account(self._buckets, _get_caller_key(context), self._capacities[kind])
        if account.remaining < 1:
            raise _build_rate_limited(account, requested=1)
        try:
            if not request.is_storable:
                _check_storable(request.variables or {})
            text = self.resolve_text(request)
        except UnusableDocument as error:
            price = _get_rejection_price(request.query)
            raise AdmissionRejected(error.errors, account.spend(price, requested=price)) from error
        key = cache_key(text)
        document = self._documents.find(key)
        if document is None:
            return await self._admit_unseen(key, text, request, account, self._limits[kind], wait)
        return self._admit_known(document, request, account, self._limits[kind])

    def _admit_known(
        self, document: Document, request: GraphQLRequest, account: Account, limits: Limits
    ) -> Admitted:
        try:
            price = self._check_cost(document, request, limits)
        except UnusableDocument as error:
            paid = account.spend(_get_rejection_price(request.query), requested=error.cost or 1)
            raise AdmissionRejected(error.errors, paid) from error
        cost = account.try_spend(price, requested=price)
        if cost is None:
            account.spend(_get_rejection_price(request.query), requested=price)
            raise _build_rate_limited(account, requested=price)
        return Admitted(document.ast, cost, True, account)

    async def _admit_unseen(
        self,
        key: str,
        text: str,
        request: GraphQLRequest,
        account: Account,
        limits: Limits,
        wait: Wait | None,
    ) -> Admitted:
        reading_price = self._get_reading_price(text)
        charged = account.try_spend(reading_price, requested=reading_price)
        if charged is None:
            raise _build_rate_limited(account, requested=reading_price)
        preparation = self._build_preparation(key, text, request, limits)
        try:
            waiting = self._queue.run(account.caller, preparation)
            document = await (waiting if wait is None else wait(waiting))
            price = max(reading_price, self._check_cost(document, request, limits))
        except QueueFull as full:
            account.refund(reading_price - 1)
            raise _build_queue_full(account, full, requested=reading_price) from full
        except UnusableDocument as error:
            requested = max(reading_price, error.cost or 1)
            raise AdmissionRejected(error.errors, replace(charged, requested=requested)) from error
        except BaseException:
            if not preparation.has_started:
                account.refund(reading_price)
            raise
        # Kept even if the caller cannot pay now: it is known when the client tries again.
        is_cached = self._documents.store(key, document, is_trusted=self._has_trusted_texts)
        cost = account.try_spend(price - reading_price, requested=price)
        if cost is None:
            raise _build_rate_limited(account, requested=price)
        return Admitted(document.ast, cost, is_cached, account)

    def _build_preparation(
        self, key: str, text: str, request: GraphQLRequest, limits: Limits
    ) -> _Preparation:
        def prepare() -> Document:
            # Others may have sent the same document meanwhile.
            return self._documents.peek(key) or self._documents.prepare(
                text,
                limits,
                operation_name=request.operation_name,
                variables=request.variables or {},
                is_trusted=self._has_trusted_texts,
            )

        return _Preparation(prepare)

    def _check_cost(self, document: Document, request: GraphQLRequest, limits: Limits) -> int:
        return self._documents.check_cost(
            document, limits, operation_name=request.operation_name, variables=request.variables or {}
        )

    def _get_reading_price(self, text: str) -> int:
        if len(text) > MAX_CHARACTERS and not self._has_trusted_texts:
            return _get_rejection_price(text)
        return 1 + min(len(text), MAX_CHARACTERS) // _CHARACTERS_PER_POINT

    @property
    def _has_trusted_texts(self) -> bool:
        return isinstance(self._texts, TrustedDocuments)


def _get_rejection_price(query: str | None) -> int:
    return 1 + len(query or "") // _REJECTED_CHARACTERS_PER_POINT


def _build_rate_limited(account: Account, *, requested: int) -> AdmissionRejected:
    seconds = account.seconds_until(requested)
    error = GraphQLError(
        f"The operation costs {requested} points but only {account.remaining} are left. "
        f"Try again in {seconds} seconds.",
        extensions={"code": RATE_LIMITED, "retryAfter": seconds},
    )
    return AdmissionRejected([error], account.preview_cost(requested), retry_after_seconds=seconds)


def _build_queue_full(account: Account, full: QueueFull, *, requested: int) -> AdmissionRejected:
    seconds = full.retry_after_seconds
    error = GraphQLError(
        f"Too many of your documents are waiting to be validated. Try again in {seconds} seconds.",
        extensions={"code": RATE_LIMITED, "retryAfter": seconds},
    )
    return AdmissionRejected([error], account.preview_cost(requested), retry_after_seconds=seconds)


def _get_caller_kind(context: RequestContext) -> CallerKind:
    if context.viewer is None:
        return CallerKind.ANONYMOUS
    # An app token gives staff their customer rights only, here too.
    return CallerKind.USER if context.viewer.kind is SessionKind.APP else CallerKind.STAFF


def _get_caller_key(context: RequestContext) -> str:
    if context.viewer is not None:
        return f"user:{context.viewer.user.id}"
    return f"address:{context.address}"


def _check_storable(variables: dict[str, object]) -> None:
    """Reject text that no database could store, anywhere in the variables."""
    # Not recursive: JSON may be nested deeper than Python's stack.
    rest: list[object] = [variables]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += (*value.keys(), *value.values())
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, str) and not text_cleaning.is_storable(value):
            raise UnusableDocument([GraphQLError(UNSTORABLE)], code="BAD_USER_INPUT")
