"""Operations of staff's on what opens accounts: keys, second factors and service tokens."""

from datetime import timedelta

import database
from domain.permissions import Permission
from domain.problems import InvalidInput
from domain.staff_problems import ServiceTokenNotFound, UserNotFound
from models import AccessToken
from resolvers import sessions
from resolvers.sessions import Session
from resolvers.staff import service_tokens, users
from resolvers.staff.service_tokens import ServiceTokenValues
from tests.resolvers.staff.scenario import Scenario
from tests.resolvers.staff.staff_operations import NOWHERE, StaffOperationCase

REPORT = ServiceTokenValues(name="nightly report", permissions={Permission.READ_FIGURES}, days=90)
ROLES = ServiceTokenValues(name="too much", permissions={Permission.CHANGE_ROLES}, days=90)


async def create_token(
    scenario: Scenario, staff: Session, values: ServiceTokenValues = REPORT
) -> AccessToken:
    created = await service_tokens.create_service_token(scenario.app, staff, values=values)
    return created.row


async def create_and_revoke(scenario: Scenario, staff: Session) -> AccessToken:
    _, token = await sessions.issue_service_token(
        scenario.app,
        staff.user,
        name=REPORT.name,
        permissions=REPORT.permissions,
        lifetime=timedelta(days=1),
        now=await database.now(),
    )
    return await service_tokens.revoke_service_token(staff, token_id=sessions.to_public_id(token.id))


async def revoke_own_session(_: Scenario, staff: Session) -> AccessToken:
    """A session is no service token."""
    return await service_tokens.revoke_service_token(staff, token_id=sessions.to_public_id(staff.token_id))


CREDENTIAL_OPERATIONS = [
    StaffOperationCase(
        users.revoke_user_api_key,
        Permission.SIGN_OUT_USERS,
        lambda w, s: users.revoke_user_api_key(s, user_id=w.buyer.id),
        {UserNotFound: lambda _, s: users.revoke_user_api_key(s, user_id=NOWHERE)},
    ),
    StaffOperationCase(
        users.reset_totp,
        Permission.CHANGE_ROLES,
        lambda w, s: users.reset_totp(s, user_id=w.manager.user.id),
        {UserNotFound: lambda _, s: users.reset_totp(s, user_id=NOWHERE)},
    ),
    StaffOperationCase(
        service_tokens.list_service_tokens,
        Permission.READ_SERVICE_TOKENS,
        lambda _, s: service_tokens.list_service_tokens(s),
        is_read=True,
    ),
    StaffOperationCase(
        service_tokens.create_service_token,
        Permission.MANAGE_SERVICE_TOKENS,
        create_token,
        {InvalidInput: lambda w, s: create_token(w, s, ROLES)},
    ),
    StaffOperationCase(
        service_tokens.revoke_service_token,
        Permission.MANAGE_SERVICE_TOKENS,
        create_and_revoke,
        {ServiceTokenNotFound: revoke_own_session},
    ),
]
