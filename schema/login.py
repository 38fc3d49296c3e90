"""Sign-in by a code, and sign-out."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from resolvers import login
from resolvers.login import IssuedSession
from schema.context import Info
from schema.problem_unions import MONEY_MUTATION_COST, mutation_field
from schema.user import User

Username = Annotated[
    str, strawberry.argument(description="Email address or Iranian mobile number, such as 09011235566.")
]


@strawberry.type(
    description="A code was sent if the username belongs to someone who can log in. The response does not "
    "reveal whether it does."
)
class LoginCodeSent:
    """When the code ends."""

    expires_at: datetime = strawberry.field(description="When the code expires.")


@strawberry.type(description="A new session.")
class Session:
    """The token and whose it is."""

    access_token: str = strawberry.field(
        description="Send it as `Authorization: Bearer …`. Valid for the REST API as well."
    )
    expires_at: datetime = strawberry.field(description="When the token expires.")
    user: User = strawberry.field(description="The user who signed in.")

    @classmethod
    def from_model(cls, session: IssuedSession) -> Self:
        return cls(
            access_token=session.access_token,
            expires_at=session.expires_at,
            user=User.from_model(session.user),
        )


@strawberry.type(description="The token of this request was revoked.")
class LoggedOut:
    """Whose token it was."""

    user: User = strawberry.field(description="The user who was signed in.")


@strawberry.type
class LoginMutation:
    @mutation_field(
        login.request_login_code, cost=MONEY_MUTATION_COST, description="Send a login code by SMS."
    )
    async def request_login_code(self, info: Info, username: Username) -> LoginCodeSent:
        expires_at = await login.request_login_code(
            info.context.app, username=username, network=info.context.address
        )
        return LoginCodeSent(expires_at=expires_at)

    @mutation_field(
        login.verify_login_code,
        description="Exchange a login code for a token. The first login with an unknown mobile number "
        "creates the user.",
    )
    async def verify_login_code(
        self,
        info: Info,
        username: Username,
        code: Annotated[
            str, strawberry.argument(description="Six digits, in Latin, Persian or Arabic script.")
        ],
    ) -> Session:
        session = await login.verify_login_code(
            info.context.app, username=username, code=code, client=info.context.client
        )
        return Session.from_model(session)

    @mutation_field(
        login.confirm_mobile,
        description="Verify your mobile number with a login code sent to it, without signing in again. "
        "Requires authentication.",
    )
    async def confirm_mobile(
        self,
        info: Info,
        code: Annotated[
            str, strawberry.argument(description="Six digits, in Latin, Persian or Arabic script.")
        ],
    ) -> User:
        user = await login.confirm_mobile(
            info.context.app, info.context.session, code=code, client=info.context.client
        )
        return User.from_model(user)

    @mutation_field(
        login.logout,
        description="Revoke the token of this request. Other tokens stay valid. Requires authentication.",
    )
    async def logout(self, info: Info) -> LoggedOut:
        viewer = info.context.session
        await login.logout(viewer)
        # The remaining fields of the document run anonymously.
        info.context.viewer = None
        return LoggedOut(user=User.from_model(viewer.user))
