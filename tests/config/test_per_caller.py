"""Settings that differ by who calls."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.per_caller import CallerKind, PerCaller
from config.settings import Environment, Settings


def test_three_numbers_are_for_the_three_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHQL_MAX_DEPTH", "3, 4,5")
    depth = Settings().graphql_max_depth
    assert [depth.get(kind) for kind in CallerKind] == [3, 4, 5]


def test_one_number_is_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHQL_MAX_DEPTH", "7")
    assert Settings().graphql_max_depth == PerCaller(7, 7, 7)


def test_a_formatted_limit_parses_to_itself() -> None:
    assert PerCaller.parse(str(PerCaller(1, 2, 3))) == PerCaller(1, 2, 3)


@pytest.mark.parametrize("text", ["1,2", "1,2,3,4", "a", "-1", "1.5", "0", "1,0,1", "۱", ",,", "[1,2,3]"])
def test_other_texts_are_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("GRAPHQL_POINTS", text)
    with pytest.raises(ValidationError):
        Settings()


def test_a_bucket_must_hold_the_dearest_operation() -> None:
    with pytest.raises(ValidationError, match="GRAPHQL_MAX_COST must not exceed GRAPHQL_POINTS"):
        Settings(graphql_points=PerCaller(100, 100_000, 500_000))


@pytest.mark.parametrize(
    ("environment", "provided", "shows"),
    [
        (Environment.DEVELOPMENT, None, True),
        (Environment.DEVELOPMENT, False, False),
        (Environment.PRODUCTION, None, False),
        (Environment.PRODUCTION, True, True),
    ],
)
def test_the_schema_is_public_in_development_or_by_setting(
    environment: Environment, provided: bool | None, shows: bool, tmp_path: Path
) -> None:
    settings = Settings(environment=environment, graphql_introspection=provided, data_folder=tmp_path)
    assert settings.shows_graphql_schema is shows
