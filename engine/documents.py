"""Documents, ready to run: parsed, measured, limited and validated once a text."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import strawberry
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, parse, specified_rules, validate
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from engine import overlaps
from engine.cost import prices_of
from engine.limits import MOST_OVERLAPS, Limits
from engine.size import Size, measure

_CAPACITY = 500
_LONGEST_KEPT = 8_192
"""Characters; what clients send again and again is short, and the store's size must have a bound."""

_LONGEST = 32_768
"""Characters that are read at all: time goes into long texts even where they are one token."""

_MOST_COMMENTS = 1_000
MOST_ERRORS = 5
"""Errors that are told of what cannot run; each costs time to find and to word."""

_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_INVALID = "GRAPHQL_VALIDATION_FAILED"


class UnusableDocument(Exception):
    """The document cannot run; `errors` say why, each with its `extensions.code`.

    `cost` is what the operation would have cost, in points, where that is known.
    """

    def __init__(self, errors: list[GraphQLError], *, code: str, cost: int | None = None) -> None:
        super().__init__(errors[0].message)
        for error in errors:
            error.extensions = {"code": code, **(error.extensions or {})}
        self.errors = errors
        self.cost = cost


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may run, and what its operation costs."""

    document: DocumentNode
    cost: int


class Documents:
    """The documents of one schema; the latest usable ones are kept."""

    def __init__(self, schema: strawberry.Schema, *, shows_schema: bool) -> None:
        self._schema = schema._schema
        self._prices = prices_of(self._schema)
        self._shows_schema = shows_schema
        self._kept: OrderedDict[str, tuple[DocumentNode, Size]] = OrderedDict()

    def knows(self, text: str) -> bool:
        """Whether preparing `text` takes no work."""
        return text in self._kept

    def prepare(
        self, text: str, limits: Limits, *, operation_name: str | None, variables: Mapping[str, object]
    ) -> Prepared:
        """The document that `text` spells, fit to be executed.

        Raises:
            UnusableDocument: it is no document, above the limits, or does not fit the schema.
        """
        if kept := self._kept.get(text):
            self._kept.move_to_end(text)
            document, size = kept
        else:
            document = _parsed(text, limits)
            size = self._measured(document)
        cost = size.cost(operation_name, variables)
        try:
            self._check(size, cost, limits)
        except GraphQLError as error:
            raise UnusableDocument([error], code=_INVALID, cost=cost) from error
        if not kept:
            self._validate(document, cost)
            self._keep(text, document, size)
        return Prepared(document, cost)

    def _measured(self, document: DocumentNode) -> Size:
        try:
            return measure(document, self._prices)
        except GraphQLError as error:
            raise UnusableDocument([error], code=_INVALID) from error

    def _check(self, size: Size, cost: int, limits: Limits) -> None:
        limits.check(size)
        limits.check_cost(cost)
        if size.shows_schema and not self._shows_schema:
            raise GraphQLError(
                "This server does not show its schema.", extensions={"code": "INTROSPECTION_DISABLED"}
            )

    def _validate(self, document: DocumentNode, cost: int) -> None:
        if overlaps.count(document) > MOST_OVERLAPS:
            error = GraphQLError("The same fields are asked for too many times.")
            raise UnusableDocument([error], code="TOO_MANY_FIELDS", cost=cost)
        errors = validate(
            self._schema,
            document,
            _RULES,
            max_errors=MOST_ERRORS,
            hide_suggestions=not self._shows_schema,
        )
        if errors:
            raise UnusableDocument(errors, code=_INVALID, cost=cost)

    def _keep(self, text: str, document: DocumentNode, size: Size) -> None:
        if len(text) <= _LONGEST_KEPT:
            self._kept[text] = (document, size)
            if len(self._kept) > _CAPACITY:
                self._kept.popitem(last=False)


def _parsed(text: str, limits: Limits) -> DocumentNode:
    if len(text) > _LONGEST:
        error = GraphQLError(f"The document has more than {_LONGEST} characters.")
        raise UnusableDocument([error], code="DOCUMENT_TOO_LONG")
    try:
        return parse(
            text,
            max_tokens=limits.tokens,
            max_comments=_MOST_COMMENTS,
            allow_empty_selection_sets=False,
        )
    except GraphQLSyntaxError as error:
        # graphql-core tells its limits of tokens and comments by these words only.
        is_too_long = error.description.startswith("Document contains more than")
        code = "TOO_MANY_TOKENS" if is_too_long else "GRAPHQL_PARSE_FAILED"
        raise UnusableDocument([error], code=code) from error
