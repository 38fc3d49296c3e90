"""Builds the staff pages."""

import hmac
import logging
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp
from starlette_admin.contrib.tortoise import Admin
from starlette_admin.i18n import TimezoneConfig
from starlette_admin.i18n import lazy_gettext as _
from starlette_admin.theme import DefaultTheme

from admin import language, templating
from admin.csrf_middleware import SessionCsrfMiddleware
from admin.form_validation_middleware import FormValidationMiddleware
from admin.outage_middleware import OutageMiddleware
from admin.page_protection_middleware import PageProtectionMiddleware
from admin.pages.account import AccountPage
from admin.pages.dashboard import Dashboard
from admin.pages.service_tokens import ServiceTokensPage
from admin.pages.settings import SettingsPage
from admin.sign_in import LoginCodeAuthProvider
from admin.views.audit_log import AuditView
from admin.views.categories import CategoryView
from admin.views.gifts import GiftView
from admin.views.ledger import LedgerView
from admin.views.orders import OrderView
from admin.views.payments import PaymentView
from admin.views.providers import ProviderView
from admin.views.refills import RefillView
from admin.views.services import ServiceView
from admin.views.tickets import TicketView
from admin.views.users import UserView
from domain import calendar_days
from resolvers.app_context import AppContext

PATH = "/admin"


class DirectedTheme(DefaultTheme):
    """The library's theme, right to left if the language requires it."""

    def html_attrs(self, request: Request) -> dict[str, str]:
        attributes: dict[str, str] = super().html_attrs(request)
        return {**attributes, "dir": "rtl" if language.is_persian() else "ltr"}


class StaffAdmin(Admin):
    """The library's admin, whose forms are protected by tokens bound to the session."""

    def __init__(self, *, secret_key: str, is_https: bool, **options: Any) -> None:
        # The library builds its middleware in its constructor.
        self._form_key, self._is_https = secret_key, is_https
        super().__init__(secret_key=secret_key, **options)

    def _init_csrf(self) -> None:
        self.middlewares.append(
            Middleware(
                SessionCsrfMiddleware,
                secret_key=self._form_key,
                session_cookie="__Host-staff" if self._is_https else "staff",
                is_https=self._is_https,
            )
        )


_LISTS = (
    OrderView,
    RefillView,
    TicketView,
    UserView,
    ServiceView,
    CategoryView,
    ProviderView,
    PaymentView,
    LedgerView,
    GiftView,
    AuditView,
)


def build_application(app: AppContext) -> ASGIApp:
    """The staff pages below `PATH`."""
    language.add_persian()
    # It logs every page view and every redirect to the sign-in page.
    logging.getLogger("starlette_admin").setLevel(logging.ERROR)
    admin = StaffAdmin(
        is_https=app.settings.effective_public_url.startswith("https://"),
        # The library adds its own before or after this one: those for languages before.
        middlewares=[Middleware(OutageMiddleware)],
        title=_("Vitrin"),
        base_url=PATH,
        auth_provider=LoginCodeAuthProvider(app),
        # Signs the CSRF tokens of forms; one key for all processes of the installation.
        secret_key=hmac.digest(app.login_code_key, b"staff's pages", "sha256").hex(),
        index_view=Dashboard(),
        i18n_config=language.CONFIG,
        timezone_config=TimezoneConfig(
            default_timezone=calendar_days.get_zone().key,
            timezone_cookie_name=None,
            use_user_locale_timezone=False,
        ),
        theme=DirectedTheme(),
        templates_dir=str(templating.FOLDER),
        additional_loaders=templating.build_loaders(),
        static_dir=str(templating.ASSETS),
    )
    for view in _LISTS:
        admin.add_view(view(app))
    admin.add_view(SettingsPage(app))
    admin.add_view(ServiceTokensPage(app))
    admin.add_view(AccountPage(app))
    pages = Starlette(middleware=[Middleware(PageProtectionMiddleware), Middleware(FormValidationMiddleware)])
    admin.mount_to(pages)
    return pages
