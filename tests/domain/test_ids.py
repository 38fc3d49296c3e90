from domain import ids
from tests.subtest_cases import for_each


@for_each("value", [1, 2, 2**31 - 1])
def test_a_record_could_have_a_positive_32_bit_id(value: int) -> None:
    assert ids.is_possible(value)


@for_each("value", [0, -1, 2**31, 2**63, 10**30])
def test_no_record_could_have_any_other_id(value: int) -> None:
    assert not ids.is_possible(value)
