"""Steps of a sign-in, for tests that begin after it."""

from dataclasses import replace
from datetime import datetime, timedelta

from models import LoginCode
from resolvers import login
from resolvers.app_context import AppContext
from resolvers.login import IssuedSession
from resolvers.sessions import Client
from tests.fakes import RecordingSms

ADDRESS = "192.0.2.1"
CLIENT = Client(network=ADDRESS)
MOBILE = "09121111111"


def with_settings(app: AppContext, **changes: object) -> AppContext:
    """The same installation, run with other settings."""
    return replace(app, settings=app.settings.model_copy(update=changes))


async def request_code(app: AppContext, username: str = MOBILE, *, address: str = ADDRESS) -> datetime:
    """Ask for a code and wait until what is to be sent is sent."""
    expires_at = await login.request_login_code(app, username=username, network=address)
    await app.sms.drain(timedelta(seconds=5))
    return expires_at


async def receive_code(app: AppContext, sms: RecordingSms, username: str = MOBILE) -> str:
    """The code that arrives at the mobile."""
    await request_code(app, username)
    return sms.sent[-1][1]


async def sign_in(app: AppContext, sms: RecordingSms, username: str = MOBILE) -> IssuedSession:
    code = await receive_code(app, sms, username)
    return await verify_code(app, username=username, code=code)


async def verify_code(app: AppContext, *, username: str, code: str, network: str = ADDRESS) -> IssuedSession:
    """Try a code from a network."""
    return await login.verify_login_code(app, username=username, code=code, client=Client(network=network))


async def advance_time(time: timedelta) -> None:
    """Make every code that was asked for older by `time`."""
    for row in await LoginCode.all():
        await LoginCode.filter(id=row.id).update(
            created_at=row.created_at - time, expires_at=row.expires_at - time
        )


def different_code(code: str, *, by: int = 1) -> str:
    """A well-formed code that is not `code`."""
    return f"{(int(code) + by) % 1_000_000:06d}"
