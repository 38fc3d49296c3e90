"""Converts users of the old panel, without passwords, keys and addresses."""

from cli.legacy_import import value_mappings
from cli.legacy_import.cells import Row, Unreadable, parse_decimal
from cli.legacy_import.references import References
from domain import emails, mobiles, text_cleaning
from domain.roles import UserRole

_PERCENT = range(101)

COLUMNS = (
    "id legacy_key role login_type first_name last_name email mobile mobile_verified timezone "
    "more_information settings description balance custom_rate spent is_active created_at updated_at"
).split()
BALANCE = COLUMNS.index("balance")


def convert_user(row: Row, references: References) -> tuple[object, ...]:
    """A user. Invalid optional values are dropped, not the user: money and orders depend on the row."""
    number = references.claim_id(row)
    balance = row.read_money("balance")
    names = [row.read_line(column, max_length=100) for column in ("first_name", "last_name")]
    about = [
        row.read_text("timezone", max_length=64),
        *map(row.read_text, ("more_information", "settings", "desc")),
    ]
    legacy_key, login_type = row.read_text("ids", max_length=32), row.read_text("login_type", max_length=32)
    created, changed = row.read_timestamps(references.started_at)
    # Last: a rejected row must not reserve an address.
    mobile, is_verified = _read_mobile(row, references)
    return (
        number,
        legacy_key,
        _read_role(row),
        login_type,
        *names,
        _read_email(row, references),
        mobile,
        is_verified,
        *about,
        balance,
        _read_custom_rate(row),
        _read_spent(row),
        row.read_flag("status"),
        created,
        changed,
    )


def _read_role(row: Row) -> UserRole:
    word = text_cleaning.clean_name(row.read_raw("role") or "user").lower()
    if word not in value_mappings.ROLES:
        row.note(f"role {word[:40]!r} became user")
    return value_mappings.ROLES.get(word, UserRole.USER)


def _read_custom_rate(row: Row) -> int:
    cell = row.read_raw("custom_rate") or "0"
    rate = parse_decimal(cell)
    if rate is not None and rate in _PERCENT:
        return int(rate)
    row.note(f"custom_rate {cell[:40]!r} became 0")
    return 0


def _read_spent(row: Row) -> int | None:
    if row.read_raw("spent") is None:
        return None
    try:
        return row.read_money("spent")
    except Unreadable as reason:
        row.note(f"{reason}: left out")
        return None


def _read_mobile(row: Row, references: References) -> tuple[str | None, bool]:
    cell = text_cleaning.strip(row.read_raw("mobile") or "")
    if not cell:
        return None, False
    mobile = mobiles.normalize(cell)
    if mobile is None:
        row.note(f"mobile {cell[:40]!r} is none and was left out")
        return None, False
    if not row.read_flag("mobile_verified"):
        return mobile, False
    if mobile in references.mobiles:
        row.note("mobile is verified by a user before this one: unverified here")
        return mobile, False
    references.mobiles.add(mobile)
    return mobile, True


def _read_email(row: Row, references: References) -> str | None:
    cell = text_cleaning.strip(row.read_raw("email") or "")
    if not cell:
        return None
    email = emails.normalize(cell)
    if email is None or email in references.emails:
        row.note(
            "email is no address and was left out" if email is None else "email is another user's, left out"
        )
        return None
    references.emails.add(email)
    return email
