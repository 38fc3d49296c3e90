"""Queries and mutations for staff. The operations check the permissions."""

import strawberry

from resolvers.staff import staff_action
from schema.admin.audit_log import AdminAuditQuery
from schema.admin.category import AdminCategoryMutation, AdminCategoryQuery
from schema.admin.dashboard import AdminFiguresQuery
from schema.admin.enums import Permission
from schema.admin.gift import AdminGiftMutation, AdminGiftQuery
from schema.admin.ledger import AdminLedgerMutation, AdminLedgerQuery
from schema.admin.order import AdminOrderMutation, AdminOrderQuery
from schema.admin.payment import AdminPaymentMutation, AdminPaymentQuery
from schema.admin.provider import AdminProviderMutation, AdminProviderQuery
from schema.admin.refill import AdminRefillMutation, AdminRefillQuery
from schema.admin.service import AdminServiceMutation, AdminServiceQuery
from schema.admin.service_token import AdminServiceTokenMutation, AdminServiceTokenQuery
from schema.admin.settings import AdminSettingsMutation, AdminSettingsQuery
from schema.admin.ticket import AdminTicketMutation, AdminTicketQuery
from schema.admin.user import AdminUserMutation, AdminUserQuery
from schema.context import Info

__all__ = ["AdminRootMutation", "AdminRootQuery"]


@strawberry.type(description="Staff queries. Each field states the permission it requires.")
class AdminQuery(
    AdminUserQuery,
    AdminOrderQuery,
    AdminRefillQuery,
    AdminServiceQuery,
    AdminCategoryQuery,
    AdminProviderQuery,
    AdminTicketQuery,
    AdminPaymentQuery,
    AdminGiftQuery,
    AdminLedgerQuery,
    AdminAuditQuery,
    AdminSettingsQuery,
    AdminFiguresQuery,
    AdminServiceTokenQuery,
):
    @strawberry.field(
        description="The permissions of the current session; empty for users who are not staff."
    )
    async def permissions(self, info: Info) -> list[Permission]:
        granted = await staff_action.get_permissions(info.context.staff)
        return [permission for permission in Permission if permission in granted]


@strawberry.type(
    description="Staff mutations. Each field states the permission it requires, and every action is recorded "
    "in the audit log. Fields within one `admin` run concurrently; if their order matters, put each in its "
    "own `admin`."
)
class AdminMutation(
    AdminUserMutation,
    AdminOrderMutation,
    AdminRefillMutation,
    AdminServiceMutation,
    AdminCategoryMutation,
    AdminProviderMutation,
    AdminTicketMutation,
    AdminPaymentMutation,
    AdminGiftMutation,
    AdminLedgerMutation,
    AdminSettingsMutation,
    AdminServiceTokenMutation,
):
    """The root of staff's doing."""


@strawberry.type
class AdminRootQuery:
    @strawberry.field(
        description="Staff queries. Requires a staff session or a service token. Errors: "
        "`STAFF_SESSION_REQUIRED`, `TOTP_SETUP_REQUIRED`."
    )
    def admin(self, info: Info) -> AdminQuery | None:
        info.context.check_staff_session()
        return AdminQuery()


@strawberry.type
class AdminRootMutation:
    @strawberry.field(
        description="Staff mutations. Requires a staff session or a service token. Errors: "
        "`STAFF_SESSION_REQUIRED`, `TOTP_SETUP_REQUIRED`."
    )
    def admin(self, info: Info) -> AdminMutation | None:
        info.context.check_staff_session()
        return AdminMutation()
