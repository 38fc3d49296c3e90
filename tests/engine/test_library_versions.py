"""Versions of graphql-core and Strawberry: with others than the tested ones operations run uncompiled."""

from importlib.metadata import version

from engine.executor.library_versions import TESTED_VERSIONS, find_untested_versions
from tests.live_servers import ROOT


def test_the_tested_versions_are_the_pinned_and_the_installed_ones() -> None:
    pins = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for library, tested in TESTED_VERSIONS.items():
        assert f'"{library}=={tested}"' in pins
    assert find_untested_versions() == {}


def test_a_library_of_another_version_is_found() -> None:
    tested = {**TESTED_VERSIONS, "graphql-core": "0"}
    assert find_untested_versions(tested) == {"graphql-core": version("graphql-core")}
