"""Staff's sessions: opening, confirming, and the authenticator app."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers import staff_sessions, totp
from schema.context import Info
from schema.login import Session, Username
from schema.problem_unions import mutation_field
from schema.user import User

_SIX_DIGITS = "Six digits, in whichever script."


@strawberry.type(description="The session counts as confirmed.")
class IdentityConfirmed:
    """A fresh proof."""

    until: datetime = strawberry.field(description="When the proof ends, five minutes after the code.")


@strawberry.type(description="A secret that waits for its first code, see `confirmTotp`.")
class TotpEnrolment:
    """What an authenticator app needs."""

    secret: str = strawberry.field(description="Base32, to be typed into the app. Shown this once.")
    uri: str = strawberry.field(description="`otpauth://…`, to be shown as a QR code. Shown this once.")


@strawberry.type(description="From here on, staff sessions of the user need a code of the app as well.")
class TotpEnabled:
    """Whose secret is in use."""

    user: User = strawberry.field(description="Whose app it is.")


@strawberry.type(description="From here on, login codes alone open staff sessions of the user.")
class TotpDisabled:
    """Whose secret is forgotten."""

    user: User = strawberry.field(description="Whose app it was.")


@strawberry.type
class StaffSessionMutation:
    """Signing in as staff."""

    @mutation_field(
        staff_sessions.start_staff_session,
        description="Exchange a login code for a staff session, which `admin` needs. It ends when it was not "
        "used for 12 hours, and after 7 days. A session that was just opened counts as confirmed.",
    )
    async def start_staff_session(
        self,
        info: Info,
        username: Username,
        code: Annotated[str, strawberry.argument(description="The login code. " + _SIX_DIGITS)],
        totp_code: Annotated[
            str | None,
            strawberry.argument(description="The authenticator app's, where one is set up. " + _SIX_DIGITS),
        ] = None,
    ) -> Session:
        session = await staff_sessions.start_staff_session(
            info.context.shop,
            username=username,
            code=code,
            totp_code=totp_code,
            client=info.context.client,
        )
        return Session(
            access_token=session.access_token,
            expires_at=session.expires_at,
            user=User.from_model(session.user),
        )

    @mutation_field(
        staff_sessions.confirm_identity,
        description="Confirm this staff session, for five minutes, by a code of the authenticator app, or by "
        "a login code where none is set up. After five wrong codes the session ends. Needs a staff session.",
    )
    async def confirm_identity(
        self, info: Info, code: Annotated[str, strawberry.argument(description=_SIX_DIGITS)]
    ) -> IdentityConfirmed:
        until = await staff_sessions.confirm_identity(
            info.context.shop, info.context.session, code=code, client=info.context.client
        )
        return IdentityConfirmed(until=until)

    @mutation_field(
        totp.enable_totp,
        description="Make a secret for an authenticator app. It is in use once `confirmTotp` brought its "
        "first code; until then, the one before stays in use. Needs a staff session.",
    )
    async def enable_totp(self, info: Info) -> TotpEnrolment:
        enrolment = await totp.enable_totp(info.context.shop, info.context.session)
        return TotpEnrolment(secret=enrolment.secret, uri=enrolment.uri)

    @mutation_field(
        totp.confirm_totp,
        description="Put the authenticator app to use by its first code. Needs a staff session.",
    )
    async def confirm_totp(
        self, info: Info, code: Annotated[str, strawberry.argument(description=_SIX_DIGITS)]
    ) -> TotpEnabled:
        viewer = info.context.session
        await totp.confirm_totp(info.context.shop, viewer, code=code)
        return TotpEnabled(user=User.from_model(viewer.user))

    @mutation_field(
        totp.disable_totp,
        description="Sign in without the authenticator app from here on. Needs a staff session.",
    )
    async def disable_totp(self, info: Info) -> TotpDisabled:
        viewer = info.context.session
        await totp.disable_totp(viewer)
        return TotpDisabled(user=User.from_model(viewer.user))
