"""Who has an account."""

import secrets
from collections.abc import Sequence

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.access import staff_of
from admin.acts import Ask, Given, act
from admin.labels import choices
from admin.views.base import StaffView
from domain.permissions import Permission
from domain.roles import UserRole
from models import User
from resolvers.staff import users

_REASON = Ask(name="reason", label=_("Reason"), rows=2)


class UserView(StaffView):
    """Customers and staff."""

    of = User
    key = "users"
    icon = "fa-solid fa-users"
    menu_label = _("Users")
    display_name = _("User")
    reads = Permission.READ_USERS
    texts = ("mobile", "email", "first_name", "last_name")
    sortable_fields = ("id", "balance", "created_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.text("mobile", _("Mobile")),
            fields.text("first_name", _("First name")),
            fields.text("last_name", _("Last name")),
            fields.text("email", _("E-mail")),
            fields.choice("role", _("Role"), UserRole),
            fields.amount("balance", _("Balance")),
            fields.count("custom_rate", _("Discount in percent"), exclude_from_list=True),
            fields.flag("mobile_verified", _("Mobile verified"), exclude_from_list=True),
            fields.flag("is_active", _("May sign in")),
            fields.long_text("more_information", _("More")),
            fields.moment("created_at", _("Made at")),
        ]

    def told(self, record: User) -> str:
        name = " ".join(filter(None, (record.first_name, record.last_name)))
        return name or record.mobile or record.email or f"#{record.id}"

    @act(
        "adjust",
        _("Adjust the balance"),
        needs=Permission.ADJUST_BALANCES,
        icon="fa-solid fa-wallet",
        asks=[
            Ask(name="amount", label=_("Toman to add, or to take where negative"), kind="number"),
            _REASON,
            # Sent twice, the same box moves money once.
            Ask(name="once", label="", kind="hidden", value=lambda _: secrets.token_hex(16)),
        ],
    )
    async def adjust(self, request: Request, pk: int, given: Given) -> None:
        await users.adjust_balance(
            staff_of(request),
            user_id=pk,
            amount=given.integer("amount"),
            reason=given.text("reason"),
            idempotency_key=given.text("once"),
        )

    @act(
        "discount",
        _("Set the discount"),
        needs=Permission.DISCOUNT_USERS,
        icon="fa-solid fa-percent",
        asks=[
            Ask(
                name="percent",
                label=_("Discount in percent"),
                kind="number",
                value=lambda user: user.custom_rate,
            )
        ],
    )
    async def discount(self, request: Request, pk: int, given: Given) -> None:
        await users.set_custom_rate(staff_of(request), user_id=pk, percent=given.integer("percent"))

    @act(
        "block",
        _("Block"),
        needs=Permission.BLOCK_USERS,
        icon="fa-solid fa-ban",
        question=_("The user is signed out everywhere and cannot sign in again."),
        asks=[_REASON],
        when=lambda user: user.is_active,
    )
    async def block(self, request: Request, pk: int, given: Given) -> None:
        await users.set_user_active(
            staff_of(request), user_id=pk, is_active=False, reason=given.text("reason")
        )

    @act(
        "unblock",
        _("Unblock"),
        needs=Permission.BLOCK_USERS,
        icon="fa-solid fa-unlock",
        asks=[_REASON],
        when=lambda user: not user.is_active,
    )
    async def unblock(self, request: Request, pk: int, given: Given) -> None:
        await users.set_user_active(
            staff_of(request), user_id=pk, is_active=True, reason=given.text("reason")
        )

    @act(
        "sign_out",
        _("Sign out everywhere"),
        needs=Permission.SIGN_OUT_USERS,
        icon="fa-solid fa-right-from-bracket",
    )
    async def sign_out(self, request: Request, pk: int, _given: Given) -> None:
        await users.sign_out_user(staff_of(request), user_id=pk)

    @act(
        "revoke_key",
        _("Revoke the API key"),
        needs=Permission.SIGN_OUT_USERS,
        icon="fa-solid fa-key",
        question=_("The key for the reseller API stops working at once."),
        when=lambda user: user.api_key_hash is not None,
    )
    async def revoke_key(self, request: Request, pk: int, _given: Given) -> None:
        await users.revoke_user_api_key(staff_of(request), user_id=pk)

    @act(
        "reset_totp",
        _("Reset the authenticator app"),
        needs=Permission.CHANGE_ROLES,
        icon="fa-solid fa-mobile-screen",
        question=_("For a colleague who lost it; the colleague is signed out."),
        when=lambda user: user.role is not UserRole.USER,
    )
    async def reset_totp(self, request: Request, pk: int, _given: Given) -> None:
        await users.reset_totp(staff_of(request), user_id=pk)

    @act(
        "role",
        _("Change the role"),
        needs=Permission.CHANGE_ROLES,
        icon="fa-solid fa-user-shield",
        asks=[
            Ask(name="role", label=_("Role"), choices=choices(UserRole), value=lambda user: user.role.value)
        ],
    )
    async def change_role(self, request: Request, pk: int, given: Given) -> None:
        role = given.choice("role", UserRole)
        await users.set_user_role(staff_of(request), user_id=pk, role=role)
