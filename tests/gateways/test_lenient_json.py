from decimal import Decimal

import orjson

from gateways import lenient_json
from tests.subtest_cases import for_each


@for_each(
    ("value", "text"),
    [
        ("  Ok \n", "Ok"),
        ("a\x00b", "ab"),
        (157, "157"),
        (0.27819, "0.27819"),
        (1e-7, "0.0000001"),
        (True, ""),
        (None, ""),
        ([], ""),
        ({}, ""),
    ],
)
def test_a_text_or_a_number_is_its_trimmed_text_and_the_rest_is_none(value: object, text: str) -> None:
    assert lenient_json.to_text(value) == text


@for_each(
    ("value", "number"),
    [
        (157, 157),
        ("157", 157),
        (" 157 ", 157),
        ("۱۵۷", 157),
        (157.0, 157),
        ("157.00", 157),
        (-5, -5),
        ("-5", -5),
        (0, 0),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (str(2**63), None),
        ("9" * 5_000, None),
        (1e300, None),
        (157.5, None),
        ("157.5", None),
        ("+5", None),
        ("1,234", None),
        ("1_234", None),
        ("0x10", None),
        ("1e3", None),
        ("Unknown", None),
        ("", None),
        (None, None),
        (True, None),
        ([157], None),
    ],
)
def test_a_whole_number_is_read_in_any_spelling_and_never_guessed(value: object, number: int | None) -> None:
    assert lenient_json.to_integer(value) == number


@for_each(
    ("value", "number"),
    [
        (1, 1),
        ("1", 1),
        (" 1\n", 1),
        (2**63 - 1, 2**63 - 1),
        (str(2**63 - 1), 2**63 - 1),
        (2**63, None),
        (0, None),
        ("0", None),
        (-1, None),
        ("-1", None),
        ("+1", None),
        (1.0, None),
        ("1.0", None),
        (True, None),
        ("", None),
        ("A1", None),
        (None, None),
        ([1], None),
        ({"id": 1}, None),
    ],
)
def test_an_identifier_is_a_positive_integer_and_nothing_near_it(value: object, number: int | None) -> None:
    assert lenient_json.to_identifier(value) == number


@for_each(
    ("json", "price"),
    [
        ('"0.90"', "0.90"),
        ("0.9", "0.9"),
        ("0.1", "0.1"),
        ("0.123456789012345", "0.123456789012345"),
        ('"95200"', "95200"),
        ("95200", "95200"),
        ('"۹۵۲۰۰"', "95200"),
        ("0", "0"),
    ],
)
def test_a_price_is_the_exact_decimal_of_the_json(json: str, price: str) -> None:
    assert lenient_json.to_price(orjson.loads(json)) == Decimal(price)


@for_each(
    "value", ["", "-1", -1, -0.5, "1,234.5", "1e5", 1e20, "NaN", "Infinity", "9" * 16, True, None, [], "$1"]
)
def test_an_ambiguous_price_is_none(value: object) -> None:
    assert lenient_json.to_price(value) is None


@for_each("value", [True, 1, "1", "true", "True", " TRUE "])
def test_a_flag_is_set_in_every_spelling_of_true(value: object) -> None:
    assert lenient_json.to_flag(value)


@for_each("value", [False, 0, "0", "false", "", None, 2, "yes", [], {}])
def test_a_flag_is_not_set_by_anything_else(value: object) -> None:
    assert not lenient_json.to_flag(value)
