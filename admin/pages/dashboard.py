"""The dashboard: the shop's figures as numbers and charts."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from persiantools.jdatetime import JalaliDate
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.i18n import gettext
from starlette_admin.i18n import lazy_gettext as _
from starlette_admin.routing import route
from starlette_admin.views import CustomView
from starlette_admin.widgets import (
    BaseWidget,
    Breakpoints,
    CardRowWidget,
    ChartWidget,
    Col,
    ColumnWidget,
    RowWidget,
    StatWidget,
    TableWidget,
)

from admin import labels, language
from admin.authorization import get_staff_session, has_permission
from domain import persian_format
from domain.order_status import OrderStatus
from domain.permissions import Permission
from resolvers.staff import dashboard
from resolvers.staff.dashboard import DayFigures, ShopFigures

Series = dict[str, object]

_DAYS = 30
_COLORS: Mapping[OrderStatus, str] = {
    OrderStatus.PENDING: "#8ab4f8",
    OrderStatus.PROCESSING: "#4299e1",
    OrderStatus.INPROGRESS: "#1f4fd8",
    OrderStatus.COMPLETED: "#2fb344",
    OrderStatus.PARTIAL: "#f0b849",
    OrderStatus.CANCELED: "#9aa5b8",
    OrderStatus.REFUNDED: "#5c667a",
    OrderStatus.ERROR: "#d63939",
    OrderStatus.AWAITING: "#f76707",
}
_SEE_OTHER = 303


class Dashboard(CustomView):
    """Orders and income by day, order statuses, work waiting for staff, and balances at providers."""

    menu_label = _("Dashboard")
    icon = "fa-solid fa-gauge-high"
    path = "/"
    route_name = "index"

    @route("")
    async def index(self, request: Request) -> Response:
        """The figures; the tickets for roles that may not see them."""
        if not has_permission(request, Permission.READ_FIGURES):
            return RedirectResponse(request.url_for("admin:list", key="tickets"), _SEE_OTHER)
        page: Response = await super().index(request)
        return page

    def __init__(self) -> None:
        super().__init__(widget=self._build_figures)

    def is_accessible(self, request: Request) -> bool:
        return True

    async def _build_figures(self, request: Request) -> BaseWidget:
        found = await dashboard.get_shop_figures(get_staff_session(request), days=_DAYS)
        wide, narrow = Breakpoints(default=12, lg=8), Breakpoints(default=12, lg=4)
        return ColumnWidget(
            children=[
                CardRowWidget(children=[_quarter_column(card) for card in _build_cards(request, found)]),
                RowWidget(
                    children=[
                        Col(_build_order_chart(found.days), wide),
                        Col(_build_status_chart(found), narrow),
                    ]
                ),
                RowWidget(
                    children=[
                        Col(_build_money_chart(found.days), wide),
                        Col(_build_balance_table(found), narrow),
                    ]
                ),
            ]
        )


def _quarter_column(card: StatWidget) -> Col:
    return Col(card, Breakpoints(default=6, lg=3))


def _build_cards(request: Request, found: ShopFigures) -> list[StatWidget]:
    today = found.days[-1]
    return [
        _build_card(
            _("Orders today"), language.format_number(today.order_count), _list_url(request, "orders")
        ),
        _build_card(_("Income today"), language.format_toman(today.income)),
        _build_card(
            _("Paid into wallets today"),
            language.format_toman(today.deposits),
            _list_url(request, "payments"),
        ),
        _build_card(
            _("Open tickets"),
            language.format_number(found.open_tickets),
            _list_url(request, "tickets", "status__in=new,pending"),
            is_urgent=found.open_tickets > 0,
        ),
        _build_card(
            _("Awaiting staff"),
            language.format_number(found.queue.awaiting),
            _list_url(request, "orders", "status__in=awaiting"),
            is_urgent=found.queue.awaiting > 0,
        ),
        _build_card(
            _("No change for a day"),
            language.format_number(found.slow),
            _list_url(request, "orders", "status__in=pending,processing,inprogress"),
            is_urgent=found.slow > 0,
        ),
        _build_card(_("Waiting to be sent"), language.format_number(found.queue.queued)),
        _build_card(
            _("Longest wait"),
            gettext("%(count)s minutes")
            % {"count": language.format_number(int(found.queue.oldest_due.total_seconds()) // 60)},
        ),
    ]


def _build_card(title: str, value: str, link: str | None = None, *, is_urgent: bool = False) -> StatWidget:
    async def get_value(_: Request) -> str:
        return value

    return StatWidget(
        title=title,
        value_callback=get_value,
        link=link,
        color="danger" if is_urgent else "",
        description=gettext("Needs review") if is_urgent else "",
    )


def _list_url(request: Request, key: str, chosen: str | None = None) -> str:
    address = str(request.url_for("admin:list", key=key))
    return f"{address}?{urlencode({'filter': chosen})}" if chosen else address


def _build_order_chart(days: Sequence[DayFigures]) -> ChartWidget:
    counts: Series = {"name": gettext("Orders"), "data": [day.order_count for day in days]}
    return _build_chart(_("Orders by day"), "bar", [counts], days)


def _build_money_chart(days: Sequence[DayFigures]) -> ChartWidget:
    income: Series = {"name": gettext("Income"), "data": [day.income for day in days]}
    deposits: Series = {"name": gettext("Paid into wallets"), "data": [day.deposits for day in days]}
    return _build_chart(_("Income by day, in Toman"), "area", [income, deposits], days)


def _build_chart(title: str, kind: str, series: list[Series], days: Sequence[DayFigures]) -> ChartWidget:
    async def get_series(_: Request) -> list[Series]:
        return series

    options = {
        **_chart_options(),
        "xaxis": {"categories": [_day_label(day) for day in days], "tickAmount": 10},
        "yaxis": {"opposite": language.is_persian(), "forceNiceScale": True, "min": 0},
        "dataLabels": {"enabled": False},
        "stroke": {"curve": "straight", "width": 2},
    }
    return ChartWidget(title=title, chart_type=kind, series_callback=get_series, height=280, options=options)


def _build_status_chart(found: ShopFigures) -> ChartWidget:
    counted = {status: count for status, count in found.statuses.items() if count}

    async def get_counts(_: Request) -> list[int]:
        return list(counted.values())

    options = {
        **_chart_options(),
        "labels": [_status_label(status) for status in counted],
        "colors": [_COLORS[status] for status in counted],
        "legend": {"position": "bottom"},
        "dataLabels": {"enabled": False},
    }
    title = gettext("Order statuses over %(count)s days") % {"count": language.format_number(_DAYS)}
    return ChartWidget(
        title=title, chart_type="donut", series_callback=get_counts, height=290, options=options
    )


def _build_balance_table(figures: ShopFigures) -> TableWidget:
    async def get_rows(_: Request) -> list[list[str]]:
        return [
            [provider.name, " ".join(filter(None, (provider.balance, provider.currency))) or "—"]
            for provider in figures.providers
        ]

    return TableWidget(
        title=_("Balances at providers"),
        columns=[gettext("Provider"), gettext("Balance at the provider")],
        rows_callback=get_rows,
    )


def _chart_options() -> dict[str, object]:
    """Options shared by all charts; the library draws from left to right."""
    return {
        "chart": {"fontFamily": "inherit", "toolbar": {"show": False}, "animations": {"enabled": False}},
        "noData": {"text": gettext("No data")},
    }


def _status_label(status: OrderStatus) -> str:
    return str(labels.to_label(status))


def _day_label(figures_of_day: DayFigures) -> str:
    day = figures_of_day.day
    if not language.is_persian():
        return f"{day:%m-%d}"
    jalali = JalaliDate.to_jalali(day)  # type: ignore[no-untyped-call] # the library's
    return persian_format.to_persian_digits(f"{jalali.month:02}/{jalali.day:02}")
