"""Staff sessions: sign-in, confirmation, and the authenticator app."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers import staff_sessions, totp
from schema.context import Info
from schema.login import Session, Username
from schema.problem_unions import mutation_field
from schema.user import User

_SIX_DIGITS = "Six digits, in Latin, Persian or Arabic script."


@strawberry.type(description="The session is confirmed.")
class IdentityConfirmed:
    """A fresh proof."""

    until: datetime = strawberry.field(
        description="When the confirmation expires, five minutes after the code was entered."
    )


@strawberry.type(description="A TOTP secret that takes effect with its first code; see `confirmTotp`.")
class TotpEnrolment:
    """What an authenticator app needs."""

    secret: str = strawberry.field(
        description="The secret in Base32, for typing into the app. Shown only once."
    )
    uri: str = strawberry.field(description="An `otpauth://` URI to display as a QR code. Shown only once.")


@strawberry.type(description="Staff sessions of this user now need a code from the app as well.")
class TotpEnabled:
    """Whose secret is in use."""

    user: User = strawberry.field(description="The user whose app it is.")


@strawberry.type(description="Staff sessions of this user no longer need an authenticator code.")
class TotpDisabled:
    """Whose secret is forgotten."""

    user: User = strawberry.field(description="The user whose app it was.")


@strawberry.type
class StaffSessionMutation:
    @mutation_field(
        staff_sessions.start_staff_session,
        description="Exchange a login code for a staff session, which `admin` requires. The session ends "
        "after 12 hours without use, or after 7 days. A new session counts as confirmed.",
    )
    async def start_staff_session(
        self,
        info: Info,
        username: Username,
        code: Annotated[str, strawberry.argument(description="The login code. " + _SIX_DIGITS)],
        totp_code: Annotated[
            str | None,
            strawberry.argument(
                description="The code from the authenticator app, if one is set up. " + _SIX_DIGITS
            ),
        ] = None,
    ) -> Session:
        session = await staff_sessions.start_staff_session(
            info.context.app,
            username=username,
            code=code,
            totp_code=totp_code,
            client=info.context.client,
        )
        return Session.from_model(session)

    @mutation_field(
        staff_sessions.confirm_identity,
        description="Confirm this staff session for five minutes with a code from the authenticator app, or "
        "with a login code if no app is set up. The session ends after five wrong codes. Requires a staff "
        "session.",
    )
    async def confirm_identity(
        self, info: Info, code: Annotated[str, strawberry.argument(description=_SIX_DIGITS)]
    ) -> IdentityConfirmed:
        until = await staff_sessions.confirm_identity(
            info.context.app, info.context.session, code=code, client=info.context.client
        )
        return IdentityConfirmed(until=until)

    @mutation_field(
        totp.enable_totp,
        description="Create a secret for an authenticator app. It takes effect when `confirmTotp` receives "
        "its first code; until then, any previous app stays in use. Requires a staff session.",
    )
    async def enable_totp(self, info: Info) -> TotpEnrolment:
        enrolment = await totp.enable_totp(info.context.app, info.context.session)
        return TotpEnrolment(secret=enrolment.secret, uri=enrolment.uri)

    @mutation_field(
        totp.confirm_totp,
        description="Activate the authenticator app with its first code. Requires a staff session.",
    )
    async def confirm_totp(
        self, info: Info, code: Annotated[str, strawberry.argument(description=_SIX_DIGITS)]
    ) -> TotpEnabled:
        viewer = info.context.session
        await totp.confirm_totp(info.context.app, viewer, code=code)
        return TotpEnabled(user=User.from_model(viewer.user))

    @mutation_field(
        totp.disable_totp,
        description="Remove the authenticator app, so that signing in needs only a login code. Requires a "
        "staff session.",
    )
    async def disable_totp(self, info: Info) -> TotpDisabled:
        viewer = info.context.session
        await totp.disable_totp(viewer)
        return TotpDisabled(user=User.from_model(viewer.user))
