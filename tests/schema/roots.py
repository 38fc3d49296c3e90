"""The fields that documents begin with."""

from graphql import GraphQLField

import schema

_SCHEMA = schema.schema._schema
_ROOTS = [root for root in (_SCHEMA.query_type, _SCHEMA.mutation_type, _SCHEMA.subscription_type) if root]
ROOT_FIELDS: dict[str, GraphQLField] = {
    f"{root.name}.{name}": field for root in _ROOTS for name, field in root.fields.items()
}
"""Each root field by its name, such as `Query.orders`."""
