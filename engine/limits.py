"""How large the documents of each kind of caller may be."""

from dataclasses import dataclass
from typing import Self

from graphql import GraphQLError

from config.per_caller import CallerKind
from config.settings import Settings
from engine.size import Size

MAX_FIELDS = 2_000
MAX_OVERLAPS = 4_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a document may come to; the settings `GRAPHQL_MAX_…` of one kind of caller."""

    cost: int
    depth: int
    aliases: int
    directives: int
    tokens: int

    @classmethod
    def of(cls, kind: CallerKind, settings: Settings) -> Self:
        return cls(
            cost=settings.graphql_max_cost.of(kind),
            depth=settings.graphql_max_depth.of(kind),
            aliases=settings.graphql_max_aliases.of(kind),
            directives=settings.graphql_max_directives.of(kind),
            tokens=settings.graphql_max_tokens.of(kind),
        )

    def check(self, size: Size) -> None:
        """Refuse what is too large for these limits.

        Raises:
            GraphQLError: says which limit, in its code too.
        """
        if size.tokens > self.tokens:
            raise _refusal(f"More than {self.tokens} tokens.", "TOO_MANY_TOKENS")
        if size.directives > self.directives:
            raise _refusal(f"More than {self.directives} directives in one place.", "TOO_MANY_DIRECTIVES")
        if size.depth > self.depth:
            raise _refusal(f"The document is deeper than {self.depth} levels.", "DOCUMENT_TOO_DEEP")
        if size.aliases > self.aliases:
            raise _refusal(f"More than {self.aliases} aliases.", "TOO_MANY_ALIASES")
        if size.fields > MAX_FIELDS:
            raise _refusal(f"More than {MAX_FIELDS} fields, with fragments written out.", "TOO_MANY_FIELDS")

    def check_cost(self, cost: int) -> None:
        """Refuse what is too dear for these limits.

        Raises:
            GraphQLError: says so.
        """
        if cost > self.cost:
            raise _refusal(f"The operation costs more than {self.cost} points.", "COST_TOO_HIGH")


def _refusal(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
