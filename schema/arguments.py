"""Arguments that several mutations take."""

from typing import Annotated

import strawberry

IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="1 to 255 visible characters, unique to this operation, such as a UUID that the client "
        "generates. For 24 hours, repeating the key returns the first result, including a problem, "
        "without running the operation again."
    ),
]
