"""Arguments that several mutations take."""

from typing import Annotated

import strawberry

IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="1 to 255 visible characters, made by the client for this one act, such as a UUID. For "
        "24 hours the same key gives the first answer again, a refusal too, and nothing is done twice."
    ),
]
