"""Regressions of compiled execution, document by document: the results equal graphql-core's."""

from typing import Any

from graphql import parse

from tests.engine.executor.differential import Outcome, assert_same
from tests.engine.executor.random_documents import RandomRequest
from tests.subtest_cases import for_each


async def _outcomes(document: str, *variables: dict[str, Any]) -> list[Outcome]:
    first, *more = variables or ({},)
    return await assert_same(RandomRequest(parse(document), first, tuple(more)), times=5)


async def test_a_field_of_an_interface_is_resolved_by_each_type_s_own_resolver() -> None:
    document = "query ($n: Int!) { speaking { name speech(times: $n) peer { speech peer { __typename } } } }"

    ((data, errors, _),) = await _outcomes(document, {"n": 2})

    assert data.decode().count("meow ") == 5
    assert data.decode().count("woof ") == 6
    assert "Nemo says nothing 2 times" in data.decode()
    assert len(errors) == 2


ABSENT = (
    "{ inputs { absent } }",
    "{ inputs { absent(unset: null, nested: null, tags: null, maybeNull: null) } }",
    '{ inputs { absent(unset: 1, maybe: 2, maybeNull: "x", nested: {}, tags: ["a"]) } }',
    "query ($u: Int, $m: Int, $n: String, $o: Nested, $t: [String!]) {"
    " inputs { absent(unset: $u, maybe: $m, maybeNull: $n, nested: $o, tags: $t) } }",
    "{ inputs { given(given: {required: 1}) atOnce } }",
    "query ($g: Given!) { inputs { given(given: $g) atOnce(given: $g) } }",
)


@for_each("document", ABSENT)
async def test_absent_arguments_and_fields_stay_absent(document: str) -> None:
    nothing: dict[str, Any] = {
        "u": None,
        "n": None,
        "o": None,
        "t": None,
        "g": {"required": 1, "unset": None},
    }

    outcomes = await _outcomes(document, {"g": {"required": 1}}, nothing)

    assert all(b"Undefined" not in data for data, _, _ in outcomes)


async def test_null_for_a_maybe_fails_at_the_field_itself() -> None:
    ((data, errors, _),) = await _outcomes("{ inputs { absent(maybe: null) } }")

    assert data == b"null"
    assert ['"path": ["inputs", "absent"]' in error for error in errors] == [True]


CHOICES: tuple[dict[str, Any], ...] = (
    {"choice": {"number": 1}},
    {"choice": {"text": "a"}},
    {"choice": {"nested": {"number": 2}}},
    {"choice": {"number": 1, "text": "a"}},
    {"choice": {"number": None}},
    {"choice": {}},
)


async def test_a_one_of_variable_with_another_number_of_keys_is_refused_each_time() -> None:
    document = "query ($choice: Choice!) { inputs { choice(choice: $choice) choices(choices: [$choice]) } }"

    outcomes = await _outcomes(document, *CHOICES)

    assert [bool(errors) for _, errors, _ in outcomes] == [False, False, False, True, True, True]


async def test_an_input_whose_constructor_refuses_a_value_fails_each_time() -> None:
    document = (
        "query ($n: Int) { inputs { refusing(refusing: {number: $n}) a: refusing(refusing: {number: -2}) } }"
    )

    outcomes = await _outcomes(document, {"n": 1}, {"n": -1}, {})

    assert all(errors for _, errors, _ in outcomes)


NULL_CONDITIONS = (
    'query ($b: Boolean = false) { things(values: ["fitting"]) { id leaf { title @skip(if: $b) } } hello }',
    'query ($b: Boolean = false) { things(values: ["fitting"]) { id text @include(if: $b) } hello }',
    "query ($b: Boolean = false) { hello @skip(if: $b) again: hello }",
    "query ($b: Boolean = true) { nodes { ...F @include(if: $b) id } } fragment F on Leaf { title }",
    "query ($b: Boolean = true) { resolving { later { id @skip(if: $b) } } hello @skip(if: $b) }",
)


@for_each("document", NULL_CONDITIONS)
async def test_null_for_a_condition_is_graphql_core_s_error(document: str) -> None:
    draws: list[dict[str, Any]] = [{"b": None}, {"b": True}, {}, {"b": None}]

    outcomes = await _outcomes(document, *draws)

    assert any(errors for _, errors, _ in outcomes)


MUTATIONS = (
    'mutation ($b: Boolean = false) { makeLater(values: ["fitting"]) { id leaf { title @skip(if: $b) } } }',
    'mutation ($b: Boolean = false) { make(values: ["fitting"]) { views { title @skip(if: $b) } } }',
    "mutation ($b: Boolean = false) { makeResolving { id later { id @skip(if: $b) } } }",
    'mutation { makeLater(values: ["no text"]) { text } a: makeResolving { shout } }',
    "mutation ($b: Boolean) { failAtOnce(fails: true) a: failAtOnce(fails: $b) b: failAtOnce }",
    "mutation { take(given: {required: 1}, number: -1) a: take(given: {required: 1, maybe: null}) }",
)


@for_each("document", MUTATIONS)
async def test_a_mutation_runs_once_even_if_it_fails(document: str) -> None:
    outcomes = await _outcomes(document, {"b": None}, {"b": True}, {"b": False})

    assert all(done for _, _, done in outcomes)
