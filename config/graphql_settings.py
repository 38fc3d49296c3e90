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
        description="maximum cost of an operation in points, for anonymous,user,staff",
    )
    graphql_max_depth: PerCallerSetting = Field(
        PerCaller(12, 12, 15), description="maximum depth of a GraphQL document, for anonymous,user,staff"
    )
    graphql_max_aliases: PerCallerSetting = Field(
        PerCaller(1_000, 1_000, 1_000),
        description="maximum aliases in a GraphQL document, for anonymous,user,staff",
    )
    graphql_max_directives: PerCallerSetting = Field(
        PerCaller(8, 8, 8),
        description="maximum directives at one location of a GraphQL document, for anonymous,user,staff",
    )
    graphql_max_tokens: PerCallerSetting = Field(
        PerCaller(2_000, 4_000, 4_000),
        description="maximum tokens in a GraphQL document, for anonymous,user,staff",
    )
    graphql_points: PerCallerSetting = Field(
        PerCaller(50_000, 100_000, 500_000),
        description="capacity of a caller's GraphQL token bucket in points, for anonymous,user,staff",
    )
    graphql_restore_rate: PerCallerSetting = Field(
        PerCaller(1_000, 2_000, 10_000),
        description="GraphQL points restored per second, for anonymous,user,staff",
    )
    graphql_introspection: bool | None = Field(
        None,
        description="whether GraphQL allows introspection and suggests names; empty: in development only",
    )
    graphql_persisted_queries: Annotated[int, Field(ge=0)] = Field(
        1_000, description="number of automatically persisted documents per server process; 0: none"
    )
    graphql_document_cache_bytes: Annotated[int, Field(ge=0)] = Field(
        16 * 1024**2,
        description="memory for cached prepared documents, in each server process",
    )
    graphql_trusted_documents: Path | None = Field(
        None,
        description="JSON file of the only documents allowed to run, see docs/graphql.md; empty: all are "
        "allowed",
    )

    @model_validator(mode="after")
    def _check_points_cover_max_cost(self) -> Self:
        if any(self.graphql_max_cost.get(kind) > self.graphql_points.get(kind) for kind in CallerKind):
            raise ValueError(
                "GRAPHQL_MAX_COST must not exceed GRAPHQL_POINTS: such operations could never run"
            )
        return self
