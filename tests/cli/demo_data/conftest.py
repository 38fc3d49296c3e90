"""What the reference shows, for comparison with what the demo loads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Documented: TypeAlias = Callable[[str], Any]


@pytest.fixture(scope="session")
def reference() -> Path:
    """The parsed reference."""
    return Path(__file__).parents[2] / "contract" / "endpoints.json"


@pytest.fixture(scope="session")
def documented(reference: Path) -> Documented:
    """The first documented answer of a GET route, named without its `/api/v1/`."""
    endpoints = json.loads(reference.read_text(encoding="utf-8"))
    first = {
        endpoint["path"]: endpoint["responses"][0]["body"]
        for endpoint in endpoints
        if endpoint["method"] == "GET"
    }
    return lambda route: first[f"/api/v1/{route}"]
