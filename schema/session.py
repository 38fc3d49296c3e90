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
from schema.node import Node, parse_text, to_global_id
from schema.problem_unions import mutation_field
from schema.user import User


@strawberry.type(description="A device or program where the user is signed in.")
class UserSession(Node):
    """One open session; its token is not part of it, and cannot be found from its id."""

    kind: SessionKind = strawberry.field(description="The kind of session.")
    is_current: bool = strawberry.field(description="Whether this request uses it.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    last_seen_at: datetime = strawberry.field(
        description="When it was last used, accurate to an hour, or to a minute for staff sessions."
    )
    expires_at: datetime = strawberry.field(description="When it expires, unless it is ended earlier.")
    user_agent: str | None = strawberry.field(
        description="The User-Agent of the client that opened it; null if it sent none."
    )
    network: str | None = strawberry.field(
        description="The network it was opened from: an IPv4 address or an IPv6 /64 prefix; null if unknown."
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
        found = await sessions.get_session(info.context.app, viewer, session_id=session_id)
        return cls.from_model(found, viewer) if found else None


@strawberry.type(description="The session was ended and its token revoked.")
class SessionEnded:
    """Whose session it was."""

    user: User = strawberry.field(description="The user who was signed in.")


@strawberry.type
class SessionQuery:
    @strawberry.field(description="The viewer's open sessions, newest first. Requires authentication.")
    async def sessions(self, info: Info) -> list[UserSession] | None:
        viewer = info.context.session
        rows = await sessions.list_sessions(info.context.app, viewer)
        return [UserSession.from_model(row, viewer) for row in rows]


@strawberry.type
class SessionMutation:
    @mutation_field(
        sessions.end_session,
        InvalidInput,
        description="End one of your sessions, such as the one on a lost phone. Requires authentication.",
    )
    async def end_session(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `UserSession`.")],  # noqa: A002 - Relay's name
    ) -> SessionEnded:
        viewer = info.context.session
        session_id = parse_text(id, "UserSession", field="id")
        await sessions.end_session(info.context.app, viewer, session_id=session_id)
        if session_id == sessions.to_public_id(viewer.token_id):
            # The remaining fields of the document run anonymously.
            info.context.viewer = None
        return SessionEnded(user=User.from_model(viewer.user))
