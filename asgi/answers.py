"""The form of every answer under /api."""

from collections.abc import Mapping, Sequence

import orjson
from starlette.responses import Response

Body = Mapping[str, object]


class Answer(Response):
    """A JSON answer that nothing between us and the caller may keep or take for anything else."""

    media_type = "application/json"

    def __init__(
        self,
        body: Body | Sequence[Body],
        *,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        fixed = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
        super().__init__(orjson.dumps(body), status_code, {**fixed, **(headers or {})})
