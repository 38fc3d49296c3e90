"""Legacy responses about sign-in and the user."""

from datetime import datetime

from domain.roles import UserRole
from models import User
from resolvers.login import IssuedSession
from rest_compat.serializers.timestamps import to_unix
from web.responses import Body

_ROLES = {
    UserRole.USER: "user",
    UserRole.SUPPORT: "supporter",
    UserRole.MANAGER: "admin",
    UserRole.OWNER: "admin",
}


def login_code_sent(expires_at: datetime) -> Body:
    """POST login."""
    return {"status": 201, "expires_at": to_unix(expires_at), "message": "کد تایید ارسال شد"}


def signed_in(session: IssuedSession) -> Body:
    """POST login/verify."""
    return {
        "status": 200,
        "access_token": session.access_token,
        "token_type": "Bearer",
        "expires_at": to_unix(session.expires_at),
    }


def signed_out() -> Body:
    """GET logout."""
    return {"message": "با موفقیت خارج شدید", "status": 200}


def profile(user: User) -> Body:
    """GET user, POST user."""
    return {"status": 200, "user": user_record(user)}


def user_record(user: User) -> Body:
    """A user as every response shows one; secrets and addresses are always null."""
    return {
        "id": user.id,
        "ids": user.legacy_key,
        "role": _ROLES[user.role],
        "login_type": user.login_type,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "mobile": user.mobile,
        "mobile_verified": int(user.mobile_verified),
        "timezone": user.timezone,
        "more_information": user.more_information,
        "settings": user.settings,
        "desc": user.description,
        "balance": user.balance,
        "custom_rate": user.custom_rate,
        "api_key": None,
        "spent": user.spent,
        "activation_key": None,
        "reset_key": None,
        "history_ip": None,
        "status": int(user.is_active),
        "changed": to_unix(user.updated_at),
        "created": to_unix(user.created_at),
    }
