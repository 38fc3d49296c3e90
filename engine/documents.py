"""Documents, ready to run: parsed, limited and validated once a text."""

from collections import OrderedDict

import strawberry
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, parse, specified_rules
from strawberry.schema.schema import validate_document

from engine import limits

_CAPACITY = 500
_LONGEST_KEPT = 8_192
"""Characters; what clients send again and again is short, and the store's size must have a bound."""


class UnusableDocument(Exception):
    """The document cannot run; `errors` say why, each with its `extensions.code`."""

    def __init__(self, errors: list[GraphQLError], *, code: str) -> None:
        super().__init__(errors[0].message)
        for error in errors:
            error.extensions = {"code": code, **(error.extensions or {})}
        self.errors = errors


class Documents:
    """The documents of one schema; the latest usable ones are kept."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, DocumentNode] = OrderedDict()

    def prepare(self, text: str) -> DocumentNode:
        """The document that `text` spells, fit to be executed.

        Raises:
            UnusableDocument: it is no document, too large, or does not fit the schema.
        """
        if kept := self._kept.get(text):
            self._kept.move_to_end(text)
            return kept
        document = self._validated(_parsed(text))
        if len(text) <= _LONGEST_KEPT:
            self._kept[text] = document
            if len(self._kept) > _CAPACITY:
                self._kept.popitem(last=False)
        return document

    def _validated(self, document: DocumentNode) -> DocumentNode:
        try:
            limits.check(document)
        except GraphQLError as error:
            raise UnusableDocument([error], code="GRAPHQL_VALIDATION_FAILED") from error
        if errors := validate_document(self._schema._schema, document, tuple(specified_rules)):
            raise UnusableDocument(errors, code="GRAPHQL_VALIDATION_FAILED")
        return document


def _parsed(text: str) -> DocumentNode:
    try:
        return parse(
            text,
            max_tokens=limits.MOST_TOKENS,
            max_comments=limits.MOST_COMMENTS,
            allow_empty_selection_sets=False,
        )
    except GraphQLSyntaxError as error:
        raise UnusableDocument([error], code="GRAPHQL_PARSE_FAILED") from error
