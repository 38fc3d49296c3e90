"""Limits on documents per kind of caller."""

from dataclasses import dataclass
from typing import Self

from graphql import GraphQLError

from config.per_caller import CallerKind
from config.settings import Settings
from engine.protection.document_metrics import DocumentMetrics

MAX_FIELDS = 2_000
MAX_OVERLAPS = 4_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits on a document: the settings `GRAPHQL_MAX_…` of one kind of caller."""

    cost: int
    depth: int
    aliases: int
    directives: int
    tokens: int

    @classmethod
    def for_caller(cls, kind: CallerKind, settings: Settings) -> Self:
        return cls(
            cost=settings.graphql_max_cost.get(kind),
            depth=settings.graphql_max_depth.get(kind),
            aliases=settings.graphql_max_aliases.get(kind),
            directives=settings.graphql_max_directives.get(kind),
            tokens=settings.graphql_max_tokens.get(kind),
        )

    def check(self, size: DocumentMetrics) -> None:
        """Check the document against these limits.

        Raises:
            GraphQLError: its message and code name the exceeded limit.
        """
        if size.tokens > self.tokens:
            raise _build_error(f"The document has more than {self.tokens} tokens.", "TOO_MANY_TOKENS")
        if size.directives > self.directives:
            raise _build_error(
                f"More than {self.directives} directives at one location.", "TOO_MANY_DIRECTIVES"
            )
        if size.depth > self.depth:
            raise _build_error(
                f"The document is nested more than {self.depth} levels deep.", "DOCUMENT_TOO_DEEP"
            )
        if size.aliases > self.aliases:
            raise _build_error(f"The document has more than {self.aliases} aliases.", "TOO_MANY_ALIASES")
        if size.fields > MAX_FIELDS:
            raise _build_error(
                f"The document has more than {MAX_FIELDS} fields after expanding fragments.",
                "TOO_MANY_FIELDS",
            )

    def check_cost(self, cost: int) -> None:
        """Check the operation's cost.

        Raises:
            GraphQLError: it is too expensive.
        """
        if cost > self.cost:
            raise _build_error(f"The operation costs more than {self.cost} points.", "COST_TOO_HIGH")


def _build_error(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
