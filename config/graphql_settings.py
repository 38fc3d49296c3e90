"""GraphQL settings: limits on documents and callers."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from config.per_caller import CallerKind, PerCaller, PerCallerSetting


class GraphQLSettings(BaseSettings):
    """The settings of the GraphQL API."""

    graphql_max_cost: PerCallerSetting = Field(
        PerCaller(10_000, 20_000, 50_000),
        description="points that one operation may cost, for anonymous,user,staff",
    )
    graphql_max_depth: PerCallerSetting = Field(
        PerCaller(12, 12, 15), description="levels of a GraphQL document, for anonymous,user,staff"
    )
    graphql_max_aliases: PerCallerSetting = Field(
        PerCaller(1_000, 1_000, 1_000), description="aliases of a GraphQL document, for anonymous,user,staff"
    )
    graphql_max_directives: PerCallerSetting = Field(
        PerCaller(8, 8, 8),
        description="directives in one place of a GraphQL document, for anonymous,user,staff",
    )
    graphql_max_tokens: PerCallerSetting = Field(
        PerCaller(2_000, 4_000, 4_000), description="tokens of a GraphQL document, for anonymous,user,staff"
    )
    graphql_points: PerCallerSetting = Field(
        PerCaller(50_000, 100_000, 500_000),
        description="points that a full bucket holds for GraphQL, for anonymous,user,staff",
    )
    graphql_restore_rate: PerCallerSetting = Field(
        PerCaller(1_000, 2_000, 10_000),
        description="points that come back in a second, for anonymous,user,staff",
    )
    graphql_introspection: bool | None = Field(
        None,
        description="whether GraphQL shows its schema and suggests names; empty: in development only",
    )
    graphql_persisted_queries: Annotated[int, Field(ge=0)] = Field(
        1_000, description="documents that clients may leave with a server to ask by hash; 0: none"
    )
    graphql_document_cache_bytes: Annotated[int, Field(ge=0)] = Field(
        16 * 1024**2,
        description="memory for documents that come again, ready to run, in each server process",
    )
    graphql_trusted_documents: Path | None = Field(
        None,
        description="JSON file of the only documents that may run, as docs/graphql.md has it; empty: all may",
    )

    @model_validator(mode="after")
    def _check_points_cover_max_cost(self) -> Self:
        if any(self.graphql_max_cost.get(kind) > self.graphql_points.get(kind) for kind in CallerKind):
            raise ValueError("GRAPHQL_MAX_COST is above GRAPHQL_POINTS: such operations could never run")
        return self
