"""Sign-in by a code, and sign-out."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers import login
from schema.context import Info
from schema.problem_unions import MONEY_MUTATION_COST, mutation_field
from schema.user import User

Username = Annotated[
    str, strawberry.argument(description="E-mail address or Iranian mobile number, such as 09011235566.")
]


@strawberry.type(description="A code was sent, if the username can log in at all: the answer does not tell.")
class LoginCodeSent:
    """When the code ends."""

    expires_at: datetime = strawberry.field(description="The code is void from then on.")


@strawberry.type(description="A fresh sign-in.")
class Session:
    """The token and whose it is."""

    access_token: str = strawberry.field(
        description="To be sent as `Authorization: Bearer …`; the REST routes take it too."
    )
    expires_at: datetime = strawberry.field(description="The token is void from then on.")
    user: User = strawberry.field(description="Who signed in.")


@strawberry.type(description="The token of this request is void.")
class LoggedOut:
    """Whose token it was."""

    user: User = strawberry.field(description="Who was signed in.")


@strawberry.type
class LoginMutation:
    """Signing in and out."""

    @mutation_field(
        login.request_login_code, cost=MONEY_MUTATION_COST, description="Send a login code by SMS."
    )
    async def request_login_code(self, info: Info, username: Username) -> LoginCodeSent:
        expires_at = await login.request_login_code(
            info.context.shop, username=username, network=info.context.address
        )
        return LoginCodeSent(expires_at=expires_at)

    @mutation_field(
        login.verify_login_code,
        description="Exchange a login code for a token. An unknown mobile's first one creates its user.",
    )
    async def verify_login_code(
        self,
        info: Info,
        username: Username,
        code: Annotated[str, strawberry.argument(description="The six digits, in whichever script.")],
    ) -> Session:
        session = await login.verify_login_code(
            info.context.shop, username=username, code=code, client=info.context.client
        )
        return Session(
            access_token=session.access_token,
            expires_at=session.expires_at,
            user=User.from_model(session.user),
        )

    @mutation_field(
        login.confirm_mobile,
        description="Prove one's mobile by a login code that was sent to it, without signing in anew. "
        "Needs a user.",
    )
    async def confirm_mobile(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="The six digits, in whichever script.")],
    ) -> User:
        user = await login.confirm_mobile(
            info.context.shop, info.context.session, code=code, client=info.context.client
        )
        return User.from_model(user)

    @mutation_field(
        login.logout, description="Revoke the token of this request; other tokens stay. Needs a user."
    )
    async def logout(self, info: Info) -> LoggedOut:
        viewer = info.context.session
        await login.logout(viewer)
        # What follows in the same document is a visitor's.
        info.context.viewer = None
        return LoggedOut(user=User.from_model(viewer.user))
