"""The viewer's key for the reseller API."""

import strawberry

from resolvers import api_keys
from schema.context import Info
from schema.problem_unions import mutation_field
from schema.user import User


@strawberry.type(description="A new key for the reseller API at `/api/v2`.")
class ApiKey:
    """The one time that a key is told."""

    key: str = strawberry.field(
        description="`vt_` and 48 hexadecimal digits. Shown this once; keep it secret: it can spend."
    )


@strawberry.type(description="There is no API key from here on.")
class ApiKeyRevoked:
    """Proof that the key has ended."""

    user: User = strawberry.field(description="Whose key it was.")


@strawberry.type
class ApiKeyMutation:
    """Giving and taking away the right to order by program."""

    @mutation_field(
        api_keys.rotate_api_key,
        description="Make a key for the reseller API; the one before ends at once. Needs a user.",
    )
    async def rotate_api_key(self, info: Info) -> ApiKey:
        return ApiKey(key=await api_keys.rotate_api_key(info.context.user))

    @mutation_field(
        api_keys.revoke_api_key, description="End one's key for the reseller API at once. Needs a user."
    )
    async def revoke_api_key(self, info: Info) -> ApiKeyRevoked:
        user = info.context.user
        await api_keys.revoke_api_key(user)
        return ApiKeyRevoked(user=User.from_model(user))
