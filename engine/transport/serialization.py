"""JSON serialization of responses."""

import orjson


def dumps(value: object) -> bytes:
    """`value` as JSON; timestamps in UTC as ISO 8601 with the suffix Z, as the scalar DateTime specifies."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)
