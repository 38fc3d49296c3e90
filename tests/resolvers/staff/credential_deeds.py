"""Operations of staff's on what opens accounts: keys, second factors and service tokens."""

from datetime import timedelta

from domain.permissions import Permission
from domain.problems import InvalidInput
from domain.staff_problems import ServiceTokenNotFound, UserNotFound
from models import AccessToken, database
from resolvers import sessions
from resolvers.sessions import SignedIn
from resolvers.staff import service_tokens, users
from resolvers.staff.service_tokens import ServiceTokenValues
from tests.resolvers.staff.deeds import NOWHERE, Deed
from tests.resolvers.staff.world import World

REPORT = ServiceTokenValues(name="nightly report", permissions={Permission.READ_FIGURES}, days=90)
ROLES = ServiceTokenValues(name="too much", permissions={Permission.CHANGE_ROLES}, days=90)


async def make_token(world: World, staff: SignedIn, values: ServiceTokenValues = REPORT) -> AccessToken:
    made = await service_tokens.create_service_token(world.shop, staff, values=values)
    return made.row


async def make_and_revoke(world: World, staff: SignedIn) -> AccessToken:
    _, token = await sessions.issue_service_token(
        world.shop,
        staff.user,
        name=REPORT.name,
        permissions=REPORT.permissions,
        lifetime=timedelta(days=1),
        now=await database.now(),
    )
    return await service_tokens.revoke_service_token(staff, token_id=sessions.public_id(token.id))


async def revoke_own_session(_: World, staff: SignedIn) -> AccessToken:
    """A session is no service token."""
    return await service_tokens.revoke_service_token(staff, token_id=sessions.public_id(staff.token_id))


CREDENTIAL_DEEDS = [
    Deed(
        users.revoke_user_api_key,
        Permission.SIGN_OUT_USERS,
        lambda w, s: users.revoke_user_api_key(s, user_id=w.buyer.id),
        {UserNotFound: lambda _, s: users.revoke_user_api_key(s, user_id=NOWHERE)},
    ),
    Deed(
        users.reset_totp,
        Permission.CHANGE_ROLES,
        lambda w, s: users.reset_totp(s, user_id=w.manager.user.id),
        {UserNotFound: lambda _, s: users.reset_totp(s, user_id=NOWHERE)},
    ),
    Deed(
        service_tokens.list_service_tokens,
        Permission.READ_SERVICE_TOKENS,
        lambda _, s: service_tokens.list_service_tokens(s),
        is_read=True,
    ),
    Deed(
        service_tokens.create_service_token,
        Permission.MANAGE_SERVICE_TOKENS,
        make_token,
        {InvalidInput: lambda w, s: make_token(w, s, ROLES)},
    ),
    Deed(
        service_tokens.revoke_service_token,
        Permission.MANAGE_SERVICE_TOKENS,
        make_and_revoke,
        {ServiceTokenNotFound: revoke_own_session},
    ),
]
