"""The price of an operation, decided from its text and its variables."""

import strawberry
from graphql import parse

import schema
from engine.protection.cost import MAX_COST, Prices
from engine.protection.document_metrics import analyze_document
from engine.protection.input_prices import Cost
from schema.connections import COUNT_COST
from schema.filters import SEARCH_COST

SCHEMA = schema.schema._schema
ROWS = "{edges{node{id name}}}"
"""The fields selected of each service: four points a row."""


def cost(text: str, name: str | None = None, **variables: object) -> int:
    return analyze_document(parse(text), Prices(SCHEMA)).cost(name, variables)


def test_a_field_costs_a_point() -> None:
    assert cost("{me {id mobile}}") == 3


def test_unknown_fields_cost_a_point() -> None:
    assert cost("{nothing {of this}}") == 3


def test_a_page_counts_as_often_as_its_size_says() -> None:
    assert cost(f"{{services(first: 5) {ROWS}}}") == 1 + 5 * 4
    assert cost(f"{{services(last: 7) {ROWS}}}") == 1 + 7 * 4


def test_a_page_of_no_size_is_the_usual_one() -> None:
    assert cost(f"{{services {ROWS}}}") == 1 + 20 * 4
    assert cost(f"{{services(first: null) {ROWS}}}") == 1 + 20 * 4


def test_the_cost_of_a_page_is_clamped_to_valid_sizes() -> None:
    assert cost(f"{{services(first: 99999999999999999999) {ROWS}}}") == 1 + 100 * 4
    assert cost(f"{{services(first: -5) {ROWS}}}") == 1 + 4


def test_a_page_s_size_may_be_a_variable() -> None:
    text = f"query ($n: Int) {{services(first: $n) {ROWS}}}"
    assert cost(text, n=3) == 1 + 3 * 4
    assert cost(text, n=10**30) == 1 + 100 * 4
    assert cost(text) == cost(text, n=None) == cost(text, n="3") == cost(text, n=True) == 1 + 20 * 4


def test_a_variable_s_default_counts_where_no_value_is_provided() -> None:
    text = f"query ($n: Int = 2) {{services(first: $n) {ROWS}}}"
    assert cost(text) == 1 + 2 * 4
    assert cost(text, n=3) == 1 + 3 * 4


def test_the_larger_of_two_sizes_counts() -> None:
    assert cost(f"query ($n: Int) {{services(first: 2, last: $n) {ROWS}}}", n=9) == 1 + 9 * 4


def test_page_sizes_in_a_fragment_depend_on_the_operation_s_variables() -> None:
    text = f"query ($n: Int) {{...f}} fragment f on Query {{a: services(first: $n) {ROWS} ...g}}"
    text += f" fragment g on Query {{b: services(first: $n) {ROWS}}}"
    assert cost(text, n=3) == 2 * (1 + 3 * 4)


def test_a_list_of_objects_counts_ten_times_and_one_of_values_once() -> None:
    assert cost("{categories {id name}}") == 1 + 10 * 2


def test_a_page_s_size_may_be_a_float_that_is_whole() -> None:
    text = f"query ($n: Int) {{services(first: $n) {ROWS}}}"
    assert cost(text, n=100.0) == cost(text, n=1e2) == cost(text, n=100)
    assert cost(text, n=1e300) == 1 + 100 * 4
    assert cost(text, n=2.5) == 1 + 20 * 4


def test_a_substring_search_costs_more_as_literal_or_variable() -> None:
    plain = cost("{services {totalCount}}")
    for text in (
        '{services(where: {name: {contains: "a"}}) {totalCount}}',
        '{services(where: {name: {contains: "a"}, price: {gte: 1}}) {totalCount}}',
        "query ($w: ServiceWhere) {services(where: $w) {totalCount}}",
        "query ($n: TextContains) {services(where: {name: $n}) {totalCount}}",
        "query ($t: String!) {services(where: {name: {contains: $t}}) {totalCount}}",
    ):
        search = {"contains": "a"}
        assert cost(text, w={"name": search}, n=search, t="a") == plain + SEARCH_COST, text
    text = "query ($w: ServiceWhere) {services(where: $w) {totalCount}}"
    provided: tuple[object, ...] = (
        None,
        {},
        {"name": None},
        {"price": {"gte": 1}},
        [],
        "wrong",
        {"name": "wrong"},
    )
    for where in provided:
        assert cost(text, w=where) == plain, where


def test_a_page_s_total_counts_once_whatever_its_size() -> None:
    for first in (1, 5, 100):
        assert cost(f"{{services(first: {first}) {{totalCount edges {{cursor}}}}}}") == (
            1 + COUNT_COST + first * 2
        )
    text = (
        "query ($n: Int) {services(first: $n) {totalCount hasMoreThan pageInfo {endCursor} edges {cursor}}}"
    )
    assert cost(text, n=50) == 1 + 2 * COUNT_COST + 2 + 50 * 2


def test_a_page_without_edges_costs_a_point_for_each_row_that_it_reads() -> None:
    assert cost("{services {totalCount}}") == 1 + COUNT_COST + 20
    assert cost("{services(first: 100) {pageInfo {hasNextPage}}}") == 1 + 2 + 100


def test_a_page_costs_the_same_with_its_selection_in_fragments() -> None:
    plain = cost("{services(first: 7) {totalCount edges {node {id}}}}")
    spread = "{services(first: 7) {...f ... on ServiceConnection {totalCount}}}"
    assert (
        cost(
            f"{spread} fragment f on ServiceConnection {{edges {{...e}}}} fragment e on ServiceEdge "
            "{node {id}}"
        )
        == plain
        == 1 + COUNT_COST + 7 * 3
    )


def test_a_sum_since_a_day_costs_more_than_the_whole() -> None:
    since = '{topUsers(since: "2026-01-01T00:00:00Z") {orderCount}}'
    assert cost(since) >= cost("{topUsers {orderCount}}") + 100


def test_a_mutation_costs_more_and_one_of_money_most() -> None:
    assert cost("mutation {logout {__typename}}") == 10 + 1
    assert cost("mutation {spinWheel {__typename}}") == 50 + 1


def test_reading_the_schema_costs_more() -> None:
    assert cost("{__schema {queryType {name}}}") == 2_000 + 2


def test_the_named_operation_is_the_one_that_costs() -> None:
    text = "query a {me {id}} query b {me {id mobile email}}"
    assert (cost(text, "a"), cost(text, "b")) == (2, 4)
    assert cost(text) == cost(text, "unknown") == 4


def test_a_cost_beyond_all_limits_is_a_number_of_usual_length() -> None:
    spreads = [f"fragment f{n} on Query {{...f{n + 1} ...f{n + 1}}}" for n in range(40)]
    text = (
        f"query ($n: Int) {{...f0}} {' '.join(spreads)} fragment f40 on Query {{services(first: $n) {ROWS}}}"
    )
    assert cost(text, n=100) == MAX_COST


def test_a_field_s_price_is_in_its_metadata() -> None:
    @strawberry.type
    class Query:
        dear: int = strawberry.field(resolver=lambda: 1, metadata=Cost(7).metadata)

    prices = Prices(strawberry.Schema(Query)._schema)
    assert analyze_document(parse("{dear}"), prices).cost(None, {}) == 7
