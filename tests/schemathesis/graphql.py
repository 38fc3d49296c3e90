"""GraphQL, by its SDL."""

import graphql
import requests
import schemathesis
from graphql import FieldNode, GraphQLResolveInfo, GraphQLSchema, SelectionSetNode
from hypothesis import strategies as st

import schema
from tests.live_servers import LiveServer
from tests.schemathesis.runs import Case, Report, draw_headers, operations_of, run

_LOGOUT = "Mutation.logout"
_TYPENAME = FieldNode(name=graphql.NameNode(value="__typename"))

_WHOLE_NUMBERS = st.integers(-(2**54), 2**54).map(lambda value: graphql.IntValueNode(value=str(value)))
_TIMESTAMPS = st.one_of(
    st.datetimes().map(lambda timestamp: f"{timestamp.isoformat()}Z"), st.text(max_size=10)
).map(lambda text: graphql.StringValueNode(value=text))


def check_graphql(server: LiveServer, token: str, *, examples: int, seed: int) -> Report:
    """Check that each answer is HTTP 200, with the requested data or with errors that are not our faults."""
    sdl = schema.print_sdl()
    for name, values in (("Toman", _WHOLE_NUMBERS), ("Count", _WHOLE_NUMBERS), ("DateTime", _TIMESTAMPS)):
        schemathesis.graphql.scalar(name, values)
    described = graphql.build_schema(sdl)
    session = requests.Session()

    def check(case: Case, data: st.DataObject) -> str:
        document = _with_type_names(graphql.parse(str(case.body)))
        headers = draw_headers(data, token)
        query = graphql.print_ast(document)
        response = session.post(f"{server.url}/graphql", json={"query": query}, headers=headers, timeout=60)
        body = response.json()
        codes = sorted({str(error["extensions"]["code"]) for error in body.get("errors", [])})
        # A token that is signed out, as `logout` does, is refused before its operation runs.
        is_signed_out = response.status_code == 401 and codes == ["UNAUTHENTICATED"]
        assert is_signed_out or response.status_code == 200, (query, response.status_code, body)
        assert "INTERNAL_SERVER_ERROR" not in codes, (query, body)
        assert codes or "data" in body, (query, body)
        if body.get("data") is not None and not codes:
            _check_data(described, document, body["data"])
        return ", ".join(codes) or "data"

    operations = operations_of(schemathesis.graphql.from_file(sdl), last=_LOGOUT)
    return run(operations, check, examples=examples, seed=seed)


def _with_type_names(document: graphql.DocumentNode) -> graphql.DocumentNode:
    """`document`, asking for the type of every object: what abstract types hold is checked by it."""

    class Asker(graphql.Visitor):
        def leave_selection_set(self, node: SelectionSetNode, *_: object) -> SelectionSetNode:
            return SelectionSetNode(selections=(*node.selections, _TYPENAME))

    asking: graphql.DocumentNode = graphql.visit(document, Asker())
    return asking


def _check_data(described: GraphQLSchema, document: graphql.DocumentNode, data: dict[str, object]) -> None:
    """`data`, taken as what resolvers return, is completed to itself by graphql-core."""

    def answered(source: dict[str, object], info: GraphQLResolveInfo[None], **_: object) -> object:
        return source[str(info.path.key)]

    def type_of(value: dict[str, object], *_: object) -> str:
        return str(value["__typename"])

    again = graphql.execute_sync(described, document, data, field_resolver=answered, type_resolver=type_of)
    assert again.errors is None, (graphql.print_ast(document), again.errors, data)
    assert again.data == data, (graphql.print_ast(document), again.data, data)
