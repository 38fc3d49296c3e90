"""Documents ready to run: parsed, measured, limited, validated, and cached if they recur."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import strawberry
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, parse, specified_rules, validate
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from engine.protection import merge_pairs
from engine.protection.byte_cache import ByteCache, SeenKeys
from engine.protection.compaction import compact
from engine.protection.cost import get_prices
from engine.protection.document_metrics import DocumentMetrics, analyze_document
from engine.protection.limits import MAX_OVERLAPS, Limits

MAX_CHARACTERS = 32_768
"""Longest document that is parsed: long texts take time even if they are a single token."""

_MAX_COMMENTS = 1_000
MAX_ERRORS = 5
"""Errors reported for an invalid document; each takes time to find and format."""

_MAX_SEEN_KEYS = 4_096
_PLAN_BYTES_PER_FIELD = 3_000
"""Memory of a field's compiled plan, measured over the shop's own operations."""

_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_INVALID = "GRAPHQL_VALIDATION_FAILED"


class UnusableDocument(Exception):
    """The document cannot run; `errors` give the reasons, each with its `extensions.code`.

    `cost` is the operation's cost in points, if known.
    """

    def __init__(self, errors: list[GraphQLError], *, code: str, cost: int | None = None) -> None:
        super().__init__(errors[0].message)
        for error in errors:
            error.extensions = {"code": code, **(error.extensions or {})}
        self.errors = errors
        self.cost = cost


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document; `size_bytes` estimates its memory, including compiled plans."""

    ast: DocumentNode
    size: DocumentMetrics
    size_bytes: int


def cache_key(text: str) -> str:
    """The cache key of a document's text."""
    return text


class DocumentCache:
    """The documents of one schema; those seen twice are cached, in at most `max_bytes`.

    Documents published by the shop itself are cached immediately and permanently. `on_evict` is called with
    each evicted document.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        shows_schema: bool,
        max_bytes: int,
        on_evict: Callable[[DocumentNode], None] | None = None,
    ) -> None:
        self._schema = schema._schema
        self._prices = get_prices(self._schema)
        self._shows_schema = shows_schema
        self._trusted: dict[str, Document] = {}
        self._seen: SeenKeys[str] = SeenKeys(_MAX_SEEN_KEYS)
        self._cache: ByteCache[str, Document] = ByteCache(
            max_bytes, on_evict=None if on_evict is None else lambda document: on_evict(document.ast)
        )

    @property
    def size_bytes(self) -> int:
        """Estimated bytes of the cached documents, without the trusted ones."""
        return self._cache.size_bytes

    def find(self, key: str) -> Document | None:
        """The document cached under `key`."""
        return self._cache.get(key) or self._trusted.get(key)

    def peek(self, key: str) -> Document | None:
        """The same without marking it as used; runs in any thread."""
        return self._cache.peek(key) or self._trusted.get(key)

    def store(self, key: str, document: Document, *, is_trusted: bool) -> bool:
        """Cache a prepared document if it is trusted or was seen before; returns whether it is cached."""
        if is_trusted:
            self._trusted[key] = document
            return True
        if not self._seen.has_seen(key):
            return False
        self._cache.put(key, document, size_bytes=document.size_bytes)
        return key in self._cache

    def check_cost(
        self,
        document: Document,
        limits: Limits,
        *,
        operation_name: str | None,
        variables: Mapping[str, object],
    ) -> int:
        """The cost of one of a document's operations, in points.

        Raises:
            UnusableDocument: it exceeds the limits.
        """
        return self._check_cost(document.size, limits, operation_name, variables)

    def prepare(
        self,
        text: str,
        limits: Limits,
        *,
        operation_name: str | None,
        variables: Mapping[str, object],
        is_trusted: bool = False,
    ) -> Document:
        """The parsed and validated document of `text`; runs in any thread.

        The limits on the text itself protect the parser; trusted documents are exempt.

        Raises:
            UnusableDocument: it cannot be parsed, exceeds the limits, or is not valid for the schema.
        """
        ast = _parse(text, None if is_trusted else limits.tokens)
        size = self._analyze(ast)
        cost = self._check_cost(size, limits, operation_name, variables)
        self._validate(ast, cost)
        size_bytes = compact(ast) + size.fields * _PLAN_BYTES_PER_FIELD
        return Document(ast, size, size_bytes)

    def _analyze(self, ast: DocumentNode) -> DocumentMetrics:
        try:
            return analyze_document(ast, self._prices)
        except GraphQLError as error:
            raise UnusableDocument([error], code=_INVALID) from error

    def _check_cost(
        self,
        size: DocumentMetrics,
        limits: Limits,
        operation_name: str | None,
        variables: Mapping[str, object],
    ) -> int:
        cost = size.cost(operation_name, variables)
        try:
            limits.check(size)
            limits.check_cost(cost)
            if size.shows_schema and not self._shows_schema:
                raise GraphQLError(
                    "Introspection is disabled.", extensions={"code": "INTROSPECTION_DISABLED"}
                )
        except GraphQLError as error:
            raise UnusableDocument([error], code=_INVALID, cost=cost) from error
        return cost

    def _validate(self, ast: DocumentNode, cost: int) -> None:
        if merge_pairs.count_merge_pairs(ast) > MAX_OVERLAPS:
            error = GraphQLError("The document requests the same fields too many times.")
            raise UnusableDocument([error], code="TOO_MANY_FIELDS", cost=cost)
        errors = validate(
            self._schema,
            ast,
            _RULES,
            max_errors=MAX_ERRORS,
            hide_suggestions=not self._shows_schema,
        )
        if errors:
            raise UnusableDocument(errors, code=_INVALID, cost=cost)


def _parse(text: str, max_tokens: int | None) -> DocumentNode:
    """The syntax tree of a text; `max_tokens` is None for a trusted text."""
    if max_tokens is not None and len(text) > MAX_CHARACTERS:
        error = GraphQLError(f"The document has more than {MAX_CHARACTERS} characters.")
        raise UnusableDocument([error], code="DOCUMENT_TOO_LONG")
    try:
        return parse(
            text,
            max_tokens=max_tokens,
            max_comments=None if max_tokens is None else _MAX_COMMENTS,
            allow_empty_selection_sets=False,
        )
    except GraphQLSyntaxError as error:
        # graphql-core reports its limits of tokens and comments only by these messages.
        is_too_long = error.description.startswith("Document contains more than")
        code = "TOO_MANY_TOKENS" if is_too_long else "GRAPHQL_PARSE_FAILED"
        raise UnusableDocument([error], code=code) from error
