import secrets
from collections.abc import Sequence

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.actions import FormData, FormField, record_action
from admin.authorization import get_staff_session
from admin.labels import list_choices
from admin.views.base import StaffView
from domain.permissions import Permission
from domain.roles import UserRole
from models import User
from resolvers.staff import users

_REASON_FIELD = FormField(name="reason", label=_("Reason"), rows=2)


class UserView(StaffView):
    """Customers and staff."""

    of = User
    key = "users"
    icon = "fa-solid fa-users"
    menu_label = _("Users")
    display_name = _("User")
    read_permission = Permission.READ_USERS
    searched_columns = ("mobile", "email", "first_name", "last_name")
    sortable_fields = ("id", "balance", "created_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.text_field("mobile", _("Mobile")),
            fields.text_field("first_name", _("First name")),
            fields.text_field("last_name", _("Last name")),
            fields.text_field("email", _("Email")),
            fields.choice_field("role", _("Role"), UserRole),
            fields.amount_field("balance", _("Balance")),
            fields.count_field("custom_rate", _("Discount in percent"), exclude_from_list=True),
            fields.flag_field("mobile_verified", _("Mobile verified"), exclude_from_list=True),
            fields.flag_field("is_active", _("Can sign in")),
            fields.long_text_field("more_information", _("More")),
            fields.datetime_field("created_at", _("Created at")),
        ]

    def describe(self, record: User) -> str:
        name = " ".join(filter(None, (record.first_name, record.last_name)))
        return name or record.mobile or record.email or f"#{record.id}"

    @record_action(
        "adjust",
        _("Adjust the balance"),
        permission=Permission.ADJUST_BALANCES,
        icon="fa-solid fa-wallet",
        form_fields=[
            FormField(name="amount", label=_("Toman to add; negative to deduct"), kind="number"),
            _REASON_FIELD,
            # Submitting the same dialog twice moves money once.
            FormField(name="once", label="", kind="hidden", value=lambda _: secrets.token_hex(16)),
        ],
    )
    async def adjust(self, request: Request, pk: int, form: FormData) -> None:
        await users.adjust_balance(
            get_staff_session(request),
            user_id=pk,
            amount=form.get_integer("amount"),
            reason=form.get_text("reason"),
            idempotency_key=form.get_text("once"),
        )

    @record_action(
        "discount",
        _("Set the discount"),
        permission=Permission.DISCOUNT_USERS,
        icon="fa-solid fa-percent",
        form_fields=[
            FormField(
                name="percent",
                label=_("Discount in percent"),
                kind="number",
                value=lambda user: user.custom_rate,
            )
        ],
    )
    async def discount(self, request: Request, pk: int, form: FormData) -> None:
        await users.set_custom_rate(
            get_staff_session(request), user_id=pk, percent=form.get_integer("percent")
        )

    @record_action(
        "block",
        _("Block"),
        permission=Permission.BLOCK_USERS,
        icon="fa-solid fa-ban",
        confirmation=_("The user is signed out everywhere and cannot sign in again."),
        form_fields=[_REASON_FIELD],
        is_available=lambda user: user.is_active,
    )
    async def block(self, request: Request, pk: int, form: FormData) -> None:
        await users.set_user_active(
            get_staff_session(request), user_id=pk, is_active=False, reason=form.get_text("reason")
        )

    @record_action(
        "unblock",
        _("Unblock"),
        permission=Permission.BLOCK_USERS,
        icon="fa-solid fa-unlock",
        form_fields=[_REASON_FIELD],
        is_available=lambda user: not user.is_active,
    )
    async def unblock(self, request: Request, pk: int, form: FormData) -> None:
        await users.set_user_active(
            get_staff_session(request), user_id=pk, is_active=True, reason=form.get_text("reason")
        )

    @record_action(
        "sign_out",
        _("Sign out everywhere"),
        permission=Permission.SIGN_OUT_USERS,
        icon="fa-solid fa-right-from-bracket",
    )
    async def sign_out(self, request: Request, pk: int, _form: FormData) -> None:
        await users.sign_out_user(get_staff_session(request), user_id=pk)

    @record_action(
        "revoke_key",
        _("Revoke the API key"),
        permission=Permission.SIGN_OUT_USERS,
        icon="fa-solid fa-key",
        confirmation=_("The reseller API key stops working immediately."),
        is_available=lambda user: user.api_key_hash is not None,
    )
    async def revoke_key(self, request: Request, pk: int, _form: FormData) -> None:
        await users.revoke_user_api_key(get_staff_session(request), user_id=pk)

    @record_action(
        "reset_totp",
        _("Reset the authenticator app"),
        permission=Permission.CHANGE_ROLES,
        icon="fa-solid fa-mobile-screen",
        confirmation=_("For a colleague who lost their phone. The colleague is signed out."),
        is_available=lambda user: user.role is not UserRole.USER,
    )
    async def reset_totp(self, request: Request, pk: int, _form: FormData) -> None:
        await users.reset_totp(get_staff_session(request), user_id=pk)

    @record_action(
        "role",
        _("Change the role"),
        permission=Permission.CHANGE_ROLES,
        icon="fa-solid fa-user-shield",
        form_fields=[
            FormField(
                name="role",
                label=_("Role"),
                choices=list_choices(UserRole),
                value=lambda user: user.role.value,
            )
        ],
    )
    async def change_role(self, request: Request, pk: int, form: FormData) -> None:
        role = form.get_choice("role", UserRole)
        await users.set_user_role(get_staff_session(request), user_id=pk, role=role)
