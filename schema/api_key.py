"""The viewer's key for the reseller API."""

import strawberry

from resolvers import api_keys
from schema.context import Info
from schema.problem_unions import mutation_field
from schema.user import User


@strawberry.type(description="A new key for the reseller API at `/api/v2`.")
class ApiKey:
    """A new key, shown only once."""

    key: str = strawberry.field(
        description="`vt_` followed by 48 hexadecimal digits. Shown only once. Keep it secret: it can spend "
        "the balance."
    )


@strawberry.type(description="The API key was revoked.")
class ApiKeyRevoked:
    """Proof that the key has ended."""

    user: User = strawberry.field(description="The user whose key it was.")


@strawberry.type
class ApiKeyMutation:
    @mutation_field(
        api_keys.rotate_api_key,
        description="Create a reseller API key. The previous key stops working immediately. Requires "
        "authentication.",
    )
    async def rotate_api_key(self, info: Info) -> ApiKey:
        return ApiKey(key=await api_keys.rotate_api_key(info.context.user))

    @mutation_field(
        api_keys.revoke_api_key,
        description="Revoke your reseller API key immediately. Requires authentication.",
    )
    async def revoke_api_key(self, info: Info) -> ApiKeyRevoked:
        user = info.context.user
        await api_keys.revoke_api_key(user)
        return ApiKeyRevoked(user=User.from_model(user))
