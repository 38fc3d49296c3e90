"""The context of a request, available to every field."""

from dataclasses import dataclass, field, replace
from typing import Self

import strawberry
from graphql import GraphQLError

from domain.problem_messages import Language
from domain.roles import UserRole
from domain.sessions import SessionKind
from models import User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers.app_context import AppContext
from resolvers.sessions import Client, Session
from schema.loaders import Loaders

_SIGN_IN = {Language.PERSIAN: "ابتدا وارد شوید", Language.ENGLISH: "Sign in first."}


_STAFF_SESSION = {
    Language.PERSIAN: "برای کارهای مدیریت باید با startStaffSession وارد شوید",
    Language.ENGLISH: "Sign in by startStaffSession, or bring a service token.",
}
_TOTP_SETUP = {
    Language.PERSIAN: "ابتدا برنامه احراز هویت خود را فعال کنید",
    Language.ENGLISH: "Set up your authenticator app first, by enableTotp and confirmTotp.",
}


class Unauthenticated(GraphQLError):
    """A field that needs a user was requested without one; reported in `errors`, not as data."""

    def __init__(self, language: Language) -> None:
        super().__init__(_SIGN_IN[language], extensions={"code": "UNAUTHENTICATED"})


class StaffSessionRequired(GraphQLError):
    """A member of staff requested `admin` with an app token, which has customer rights only."""

    def __init__(self, language: Language) -> None:
        super().__init__(_STAFF_SESSION[language], extensions={"code": "STAFF_SESSION_REQUIRED"})


class TotpSetupRequired(GraphQLError):
    """The shop demands TOTP of its staff, and the user has not set it up."""

    def __init__(self, language: Language) -> None:
        super().__init__(_TOTP_SETUP[language], extensions={"code": "TOTP_SETUP_REQUIRED"})


@dataclass(kw_only=True)
class Context:
    """One request: its session, client, and language of problem messages."""

    app: AppContext
    viewer: Session | None
    address: str
    language: Language
    user_agent: str | None = None
    loaders: Loaders = field(default_factory=Loaders)

    def for_next_event(self) -> Self:
        """The same caller with nothing remembered, for the next event of a subscription."""
        return replace(self, loaders=Loaders())

    @property
    def session(self) -> Session:
        """The session, with customer rights.

        Raises:
            Unauthenticated: nobody is signed in, or a service token is used, which has no customer rights.
        """
        if self.viewer is None:
            raise Unauthenticated(self.language)
        if self.viewer.kind is SessionKind.SERVICE:
            _record_refusal(self.viewer, permission="customer")
            raise Unauthenticated(self.language)
        return self.viewer

    @property
    def staff(self) -> Session:
        """The session that what is under `admin` is done by; the operations check what it may.

        Raises:
            Unauthenticated: nobody is signed in.
        """
        if self.viewer is None:
            raise Unauthenticated(self.language)
        return self.viewer

    def check_staff_session(self) -> None:
        """Refuse `admin` with a reason before its fields are resolved.

        Raises:
            Unauthenticated: nobody is signed in.
            StaffSessionRequired: they brought a token of the app's.
            TotpSetupRequired: they have to set up TOTP before anything else.
        """
        if self.staff.kind is SessionKind.APP and self.staff.user.role is not UserRole.USER:
            _record_refusal(self.staff, permission="staff_session")
            raise StaffSessionRequired(self.language)
        if self.staff.lacks_totp:
            raise TotpSetupRequired(self.language)

    @property
    def client(self) -> Client:
        """The description of the client that is stored with a session it opens."""
        return Client(network=self.address, user_agent=self.user_agent)

    @property
    def user(self) -> User:
        """The signed-in user.

        Raises:
            Unauthenticated: nobody is signed in.
        """
        return self.session.user


def _record_refusal(viewer: Session, *, permission: str) -> None:
    security_log.record(SecurityEvent.PERMISSION_REFUSED, user_id=viewer.user.id, permission=permission)


Info = strawberry.Info[Context, None]
