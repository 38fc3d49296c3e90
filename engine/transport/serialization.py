"""How the engine writes JSON."""

import orjson


def dumps(value: object) -> bytes:
    """`value` as JSON; moments in UTC as ISO 8601 with the suffix Z, as the scalar DateTime promises."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)
