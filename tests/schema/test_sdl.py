"""The schema as clients read it."""

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    print_type,
)

import schema
from domain.problems import get_declared_problems
from resolvers import (
    api_keys,
    free_credit,
    gifts,
    login,
    notifications,
    order_cancellation,
    orders,
    payments,
    profile,
    refills,
    sessions,
    staff_sessions,
    tickets,
    totp,
    wheel,
)
from tests.subtest_cases import for_each

TYPES = {name: type_ for name, type_ in schema.schema._schema.type_map.items() if not name.startswith("__")}
ENUMS = sorted(name for name, type_ in TYPES.items() if isinstance(type_, GraphQLEnumType))
SECRET_WORDS = ("originalprice", "providerid", "passwordhash", "apikeyhash", "legacykey")
MUTATIONS = [
    ("requestLoginCode", login.request_login_code, "LoginCodeSent"),
    ("verifyLoginCode", login.verify_login_code, "Session"),
    ("logout", login.logout, "LoggedOut"),
    ("confirmMobile", login.confirm_mobile, "User"),
    ("endSession", sessions.end_session, "SessionEnded"),
    ("startStaffSession", staff_sessions.start_staff_session, "Session"),
    ("confirmIdentity", staff_sessions.confirm_identity, "IdentityConfirmed"),
    ("enableTotp", totp.enable_totp, "TotpEnrolment"),
    ("confirmTotp", totp.confirm_totp, "TotpEnabled"),
    ("disableTotp", totp.disable_totp, "TotpDisabled"),
    ("updateProfile", profile.update_profile, "User"),
    ("rotateApiKey", api_keys.rotate_api_key, "ApiKey"),
    ("revokeApiKey", api_keys.revoke_api_key, "ApiKeyRevoked"),
    ("markNotificationsRead", notifications.mark_notifications_read, "NotificationsRead"),
    ("createTicket", tickets.create_ticket, "Ticket"),
    ("replyToTicket", tickets.reply_to_ticket, "TicketMessage"),
    ("createOrder", orders.create_order, "Order"),
    ("cancelOrder", order_cancellation.cancel_order, "Order"),
    ("requestRefill", refills.request_refill, "Refill"),
    ("startPayment", payments.start_payment, "Payment"),
    ("claimFreeCredit", free_credit.claim_free_credit, "LedgerEntry"),
    ("spinWheel", wheel.spin_wheel, "UserGift"),
    ("useGift", gifts.use_gift, "Order"),
]
BUILT_IN = {"String", "Int", "Boolean", "ID", "Float"}


def test_the_committed_schema_is_the_served_one() -> None:
    committed = (Path(schema.__file__).parent / "schema.graphql").read_text(encoding="utf-8")
    assert committed == schema.print_sdl(), "uv run main.py export-schema > schema/schema.graphql"


@for_each("name", sorted(TYPES.keys() - BUILT_IN))
def test_everything_is_described(name: str) -> None:
    type_ = TYPES[name]
    assert type_.description
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        assert [field for field, value in type_.fields.items() if not value.description] == []
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        arguments = [pair for value in type_.fields.values() for pair in value.args.items()]
        assert [argument for argument, value in arguments if not value.description] == []


@for_each("name", ENUMS)
def test_enum_values_are_upper_case(name: str) -> None:
    enum = TYPES[name]
    assert isinstance(enum, GraphQLEnumType)
    assert [value for value in enum.values if value != value.upper()] == []


@for_each(("field", "operation", "success"), MUTATIONS)
def test_a_mutation_answers_its_success_or_each_declared_problem(
    field: str, operation: object, success: str
) -> None:
    assert callable(operation)
    union = TYPES[f"{field[0].upper()}{field[1:]}Result"]
    assert isinstance(union, GraphQLUnionType)
    members = [member.name for member in union.types]
    assert members[0] == success
    assert {problem.__name__ for problem in get_declared_problems(operation)} <= set(members[1:])
    interface = TYPES["Problem"]
    assert all(interface in member.interfaces for member in union.types[1:])


def test_every_mutation_is_a_nullable_union() -> None:
    mutation, of_staff = TYPES["Mutation"], TYPES["AdminMutation"]
    assert isinstance(mutation, GraphQLObjectType)
    assert isinstance(of_staff, GraphQLObjectType)
    assert mutation.fields.keys() == {field for field, _, _ in MUTATIONS} | {"admin"}
    assert mutation.fields["admin"].type is of_staff
    everybody_s = [field for name, field in mutation.fields.items() if name != "admin"]
    for field in (*everybody_s, *of_staff.fields.values()):
        assert not isinstance(field.type, GraphQLNonNull)
        assert isinstance(field.type, GraphQLUnionType)


def test_an_api_key_is_shown_by_its_rotation_alone() -> None:
    types = [type_ for type_ in TYPES.values() if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)]
    assert [type_.name for type_ in types if "key" in type_.fields] == ["ApiKey"]
    users = [name for name, type_ in TYPES.items() if "ApiKey" in str(getattr(type_, "types", ""))]
    assert users == ["RotateApiKeyResult", "RevokeApiKeyResult"]


def test_staff_only_fields_are_not_in_the_public_schema() -> None:
    text = "".join(print_type(type_) for name, type_ in TYPES.items() if not is_staff_only(name)).lower()
    assert [term for term in SECRET_WORDS if term in text] == []


def is_staff_only(name: str) -> bool:
    """Whether a type is met under `admin` alone: by its name, which the next test holds them to."""
    return name.startswith("Admin")


def test_types_that_are_met_under_admin_alone_are_named_so_and_no_other_leads_there() -> None:
    for name, type_ in TYPES.items():
        if (
            isinstance(type_, GraphQLObjectType)
            and not is_staff_only(name)
            and name not in ("Query", "Mutation")
        ):
            met = {get_named_type(field.type).name for field in type_.fields.values()}
            assert not any(map(is_staff_only, met)), name
