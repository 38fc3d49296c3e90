"""The old panel's tables in the order of their foreign keys: files, columns and converters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cli.legacy_import import catalogue, orders, support, users
from cli.legacy_import.cells import Row
from cli.legacy_import.references import References

Convert = Callable[[Row, References], tuple[object, ...]]


@dataclass(frozen=True, kw_only=True)
class LegacyTable:
    """A table of the old panel, in files named after it or after one of `other_names`.

    `required` columns must exist, `optional` ones may; `ignored` ones are known and not imported. `named`
    maps columns to the tables they refer to, `money` is the column to sum.
    """

    name: str
    other_names: Sequence[str] = ()
    is_required: bool = True
    required: frozenset[str]
    optional: frozenset[str]
    ignored: frozenset[str]
    target: str
    columns: Sequence[str]
    convert: Convert
    named: Mapping[str, str] = field(default_factory=dict)
    money: str | None = None

    @property
    def file_names(self) -> Sequence[str]:
        """The possible names of its file, the preferred one first."""
        stems = (self.name, *self.other_names)
        return [f"{stem}{suffix}" for suffix in (".csv", ".tsv", ".txt") for stem in stems]

    def find_unknown_columns(self, columns: Sequence[str]) -> list[str]:
        """Those of a file's columns that are unknown."""
        return [name for name in columns if name not in self.required | self.optional | self.ignored]


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TABLES: Sequence[LegacyTable] = (
    LegacyTable(
        name="users",
        other_names=("general_users",),
        required=_split_words("id role email mobile mobile_verified balance custom_rate status created"),
        optional=_split_words(
            "ids login_type first_name last_name timezone more_information settings desc spent changed"
        ),
        ignored=_split_words("password api_key activation_key reset_key history_ip"),
        target="users",
        columns=users.COLUMNS,
        convert=users.convert_user,
        money="balance",
    ),
    LegacyTable(
        name="categories",
        required=_split_words("id name status"),
        optional=_split_words("desc image sort changed created"),
        ignored=_split_words("ids uid"),
        target="categories",
        columns=catalogue.CATEGORY_COLUMNS,
        convert=catalogue.convert_category,
    ),
    LegacyTable(
        name="api_providers",
        is_required=False,
        required=_split_words("id name url"),
        optional=_split_words("changed created"),
        ignored=_split_words("ids uid key type balance currency_code description status"),
        target="providers",
        columns=catalogue.PROVIDER_COLUMNS,
        convert=catalogue.convert_provider,
    ),
    LegacyTable(
        name="services",
        required=_split_words("id cate_id name price min max type status"),
        optional=_split_words(
            "ids uid desc original_price add_type api_provider_id api_service_id dripfeed refill cancel "
            "changed created"
        ),
        ignored=_split_words("refill_type"),
        target="services",
        columns=catalogue.SERVICE_COLUMNS,
        convert=catalogue.convert_service,
        named={"uid": "users"},
    ),
    LegacyTable(
        name="orders",
        required=_split_words("id uid cate_id service_id link quantity charge status created"),
        optional=_split_words(
            "ids type service_type api_provider_id api_service_id api_order_id usernames username hashtags "
            "hashtag media comments sub_posts sub_min sub_max sub_delay sub_expiry sub_response_orders "
            "sub_response_posts sub_status start_counter remains is_drip_feed runs interval "
            "dripfeed_quantity note changed"
        ),
        ignored=_split_words("main_order_id formal_charge profit is_refill refill_status"),
        target="orders",
        columns=orders.COLUMNS,
        convert=orders.convert_order,
        named={"uid": "users"},
    ),
    LegacyTable(
        name="tickets",
        is_required=False,
        required=_split_words("id uid subject description status"),
        optional=_split_words("ids changed created"),
        ignored=frozenset(),
        target="tickets",
        columns=support.TICKET_COLUMNS,
        convert=support.convert_ticket,
        named={"uid": "users"},
    ),
    LegacyTable(
        name="ticket_messages",
        is_required=False,
        required=_split_words("id uid ticket_id message"),
        optional=_split_words("ids is_read changed created"),
        ignored=frozenset(),
        target="ticket_messages",
        columns=support.MESSAGE_COLUMNS,
        convert=support.convert_message,
        named={"uid": "users", "ticket_id": "tickets"},
    ),
    LegacyTable(
        name="transactions",
        other_names=("transaction_logs", "general_transaction_logs"),
        is_required=False,
        required=_split_words("id uid type transaction_id amount status created"),
        optional=_split_words("changed"),
        ignored=_split_words("ids txn_fee note data"),
        target="payments",
        columns=support.PAYMENT_COLUMNS,
        convert=support.convert_payment,
        named={"uid": "users"},
    ),
)
