"""The viewer's sessions: where they are signed in, and ending each."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.problems import InvalidInput
from models import AccessToken
from resolvers import sessions
from resolvers.sessions import Session
from schema.context import Info
from schema.enums import SessionKind
from schema.fields import query_field
from schema.node import Node, parse_text, to_global_id
from schema.problem_unions import mutation_field
from schema.user import User


@strawberry.type(description="A place where the user is signed in.")
class UserSession(Node):
    """One open session; its token is not part of it, and cannot be found from its id."""

    kind: SessionKind = strawberry.field(description="What the session may be used for.")
    is_current: bool = strawberry.field(description="Whether this request was made by it.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    last_seen_at: datetime = strawberry.field(
        description="When it was last used: exact to an hour, to a minute for staff sessions."
    )
    expires_at: datetime = strawberry.field(description="When it ends, if it is not ended before.")
    user_agent: str | None = strawberry.field(
        description="What the client that opened it called itself; null where it did not say."
    )
    network: str | None = strawberry.field(
        description="The network that it was opened from: an IPv4 address or the /64 of an IPv6 one; "
        "null where it is unknown."
    )

    @classmethod
    def from_model(cls, row: AccessToken, viewer: Session) -> Self:
        return cls(
            id=to_global_id("UserSession", sessions.to_public_id(row.id)),
            kind=row.kind,
            is_current=row.id == viewer.token_id,
            created_at=row.issued_at,
            last_seen_at=row.last_seen_at or row.issued_at,
            expires_at=row.expires_at,
            user_agent=row.user_agent,
            network=row.network,
        )

    @classmethod
    async def look_up(cls, info: Info, text: str, *, field: str) -> Self | None:
        viewer = info.context.session
        session_id = parse_text(text, "UserSession", field=field)
        found = await sessions.get_session(info.context.shop, viewer, session_id=session_id)
        return cls.from_model(found, viewer) if found else None


@strawberry.type(description="The session is over, and its token is void.")
class SessionEnded:
    """Whose session it was."""

    user: User = strawberry.field(description="Who was signed in.")


@strawberry.type
class SessionQuery:
    """Looking where one is signed in."""

    @query_field(description="The user's open sessions, the latest first. Needs a user.")
    async def sessions(self, info: Info) -> list[UserSession] | None:
        viewer = info.context.session
        rows = await sessions.list_sessions(info.context.shop, viewer)
        return [UserSession.from_model(row, viewer) for row in rows]


@strawberry.type
class SessionMutation:
    """Ending sessions."""

    @mutation_field(
        sessions.end_session,
        InvalidInput,
        description="End one of the user's sessions, such as that of a lost phone. Needs a user.",
    )
    async def end_session(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `UserSession`.")],  # noqa: A002 - Relay's name
    ) -> SessionEnded:
        viewer = info.context.session
        session_id = parse_text(id, "UserSession", field="id")
        await sessions.end_session(info.context.shop, viewer, session_id=session_id)
        if session_id == sessions.to_public_id(viewer.token_id):
            # What follows in the same document is a visitor's.
            info.context.viewer = None
        return SessionEnded(user=User.from_model(viewer.user))
