"""The reference's documented responses, as data."""

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[1] / "contract" / "endpoints.json"
ENDPOINTS: list[dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))


def list_answers(method: str, path: str) -> list[dict[str, Any]]:
    """Every documented body of one route; `path` is below /api."""
    return [
        response["body"]
        for endpoint in ENDPOINTS
        if (endpoint["method"], endpoint["path"]) == (method, f"/api{path}")
        for response in endpoint["responses"]
    ]


def get_answer(method: str, path: str) -> dict[str, Any]:
    """The documented body of success."""
    return list_answers(method, path)[0]
