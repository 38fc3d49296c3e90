"""Small requests that would cost a server much, each with the code of its refusal."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class ExpensiveRequest:
    """The body of an anonymous POST to `/graphql`, and the expected response."""

    body: bytes
    code: str

    @classmethod
    def from_query(cls, query: str, code: str, **variables: object) -> "ExpensiveRequest":
        return cls(json.dumps({"query": query, "variables": variables}).encode(), code)


def _double_fragments(levels: int) -> str:
    """Fragments that come to 2^levels fields."""
    spread = [f"fragment f{n} on Service {{...f{n + 1} ...f{n + 1}}}" for n in range(levels)]
    return (
        f"{{services {{edges {{node {{...f0}}}}}}}} {' '.join(spread)} fragment f{levels} on Service {{id}}"
    )


def _alias(count: int, field: str) -> str:
    return " ".join(f"a{number}: {field}" for number in range(count))


def _nest(count: int, opening: str, inside: str, closing: str) -> str:
    return opening * count + inside + closing * count


_ROW = "{edges {node {id status history {__typename} refills {id status} service {id name}}}}"
_INVALID = "GRAPHQL_VALIDATION_FAILED"

DOCUMENTS = {
    "doubling fragments": ExpensiveRequest.from_query(_double_fragments(20), "TOO_MANY_FIELDS"),
    "a few doubling fragments": ExpensiveRequest.from_query(_double_fragments(9), "COST_TOO_HIGH"),
    "a long chain of doubling fragments": ExpensiveRequest.from_query(
        _double_fragments(62), "DOCUMENT_TOO_DEEP"
    ),
    "very many doubling fragments": ExpensiveRequest.from_query(_double_fragments(200), "TOO_MANY_TOKENS"),
    "circular fragments": ExpensiveRequest.from_query(
        "{me {...a}} fragment a on User {...b} fragment b on User {...a}", _INVALID
    ),
    "fragments that nothing uses": ExpensiveRequest.from_query(
        "{me {id}} " + " ".join(f"fragment f{n} on User {{id}}" for n in range(100)), _INVALID
    ),
    "aliases": ExpensiveRequest.from_query("{" + _alias(1_000, "__typename") + "}", "TOO_MANY_TOKENS"),
    "aliased mutations": ExpensiveRequest.from_query(
        "mutation {" + _alias(900, "spinWheel") + "}", "TOO_MANY_TOKENS"
    ),
    "fewer aliased mutations": ExpensiveRequest.from_query(
        "mutation {" + _alias(250, "spinWheel {code}") + "}", "COST_TOO_HIGH"
    ),
    "the same field again and again": ExpensiveRequest.from_query(
        "{me {" + "id " * 450 + "}}", "TOO_MANY_FIELDS"
    ),
    "the same objects again and again": ExpensiveRequest.from_query(
        "{" + "me {id} " * 150 + "}", "TOO_MANY_FIELDS"
    ),
    "the same field in fragments": ExpensiveRequest.from_query(
        "{me {" + "... {id} " * 150 + "}}", "TOO_MANY_FIELDS"
    ),
    "directives": ExpensiveRequest.from_query(
        "{me {id" + " @skip(if: false)" * 100 + "}}", "TOO_MANY_DIRECTIVES"
    ),
    "unknown directives": ExpensiveRequest.from_query("{me {id" + " @a" * 9 + "}}", "TOO_MANY_DIRECTIVES"),
    "unknown directives everywhere": ExpensiveRequest.from_query(
        "{me {" + ("id" + " @a" * 8 + " ") * 40 + "}}", _INVALID
    ),
    "circular introspection": ExpensiveRequest.from_query(
        "{__schema {types {" + _nest(5, "fields {type {", "name", "}}") + "}}}", _INVALID
    ),
    "introspection again and again": ExpensiveRequest.from_query(
        "{" + _alias(15, "__schema {types {fields {name type {name}}}}") + "}", "COST_TOO_HIGH"
    ),
    "deep selections": ExpensiveRequest.from_query(
        "{" + _nest(150, "me {", "id", "}") + "}", "DOCUMENT_TOO_DEEP"
    ),
    "rather deep selections": ExpensiveRequest.from_query(
        "{" + _nest(20, "me {", "id", "}") + "}", "DOCUMENT_TOO_DEEP"
    ),
    "very deep selections": ExpensiveRequest.from_query("{me " * 5_000, "GRAPHQL_PARSE_FAILED"),
    "deep inline fragments": ExpensiveRequest.from_query(
        "{" + _nest(90, "... {", "me {id}", "}") + "}", "DOCUMENT_TOO_DEEP"
    ),
    "a deep list": ExpensiveRequest.from_query(
        "{services(where: " + _nest(150, "[", "", "]") + ") {totalCount}}", _INVALID
    ),
    "a deep object": ExpensiveRequest.from_query(
        "{services(where: " + _nest(150, "{a: ", "1", "}") + ") {totalCount}}", _INVALID
    ),
    "large pages": ExpensiveRequest.from_query(
        "{" + _alias(4, f"orders(first: 100) {_ROW}") + "}", "COST_TOO_HIGH"
    ),
    "large pages by a variable": ExpensiveRequest.from_query(
        "query ($n: Int) {" + _alias(4, f"orders(first: $n) {_ROW}") + "}", "COST_TOO_HIGH", n=100
    ),
    "unknown fields": ExpensiveRequest.from_query(
        "{" + " ".join(f"unknown{n}" for n in range(450)) + "}", _INVALID
    ),
    "unknown arguments": ExpensiveRequest.from_query(
        "{services(" + " ".join(f"wher{n}: 1" for n in range(250)) + ") {totalCount}}", _INVALID
    ),
    "unknown input fields": ExpensiveRequest.from_query(
        "{services(where: {" + " ".join(f"nam{n}: 1" for n in range(250)) + "}) {totalCount}}", _INVALID
    ),
    "unknown types": ExpensiveRequest.from_query(
        "query (" + " ".join(f"$v{n}: Servic{n}" for n in range(190)) + ") {me {id}}", _INVALID
    ),
    "a long list of misspelled values": ExpensiveRequest.from_query(
        "{orders(where: {status: {in: [" + "PNDING " * 700 + "]}}) {totalCount}}", _INVALID
    ),
    "variables that nothing uses": ExpensiveRequest.from_query(
        "query (" + " ".join(f"$v{n}: Int" for n in range(190)) + ") {me {id}}", _INVALID
    ),
    "tokens": ExpensiveRequest.from_query("{" + "id " * 100_000 + "}", "DOCUMENT_TOO_LONG"),
    "tokens within the length": ExpensiveRequest.from_query("{" + "id " * 10_000 + "}", "TOO_MANY_TOKENS"),
    "comments": ExpensiveRequest.from_query("{me {id}}" + "#\n" * 15_000, "TOO_MANY_TOKENS"),
    "a long comment": ExpensiveRequest.from_query("{me {id}} #" + "a" * 200_000, "DOCUMENT_TOO_LONG"),
    "a long name": ExpensiveRequest.from_query("{" + "a" * 32_000 + "}", _INVALID),
    "a long text": ExpensiveRequest.from_query(
        '{node(id: "' + "\\n" * 100_000 + '") {id}}', "DOCUMENT_TOO_LONG"
    ),
    "a text without end": ExpensiveRequest.from_query('{node(id: "' + "a" * 32_000, "GRAPHQL_PARSE_FAILED"),
    "a giant number": ExpensiveRequest.from_query(
        "{services(first: " + "9" * 30_000 + ") {totalCount}}", "NUMBER_TOO_LONG"
    ),
    "a giant float": ExpensiveRequest.from_query(
        "{services(first: 1e" + "9" * 30_000 + ") {totalCount}}", "NUMBER_TOO_LONG"
    ),
    "deep variables": ExpensiveRequest.from_query(
        "query ($w: ServiceWhere) {services(where: $w) {totalCount}}",
        "BAD_USER_INPUT",
        w=json.loads(_nest(200, '{"a": ', "1", "}")),
    ),
    "many wrong variables": ExpensiveRequest.from_query(
        "query ($w: ServiceWhere) {services(where: $w) {totalCount}}",
        "BAD_USER_INPUT",
        w={f"nam{number}": number for number in range(5_000)},
    ),
}

BODIES = {
    name: ExpensiveRequest(body, "BAD_REQUEST")
    for name, body in {
        "a batch": b"[" + b",".join([b'{"query": "{me {id}}"}'] * 1_000) + b"]",
        "deep JSON": b"[" * 200_000,
        "deep variables beyond JSON's depth": b'{"query": "{me {id}}", "variables": '
        + b'{"a":' * 20_000
        + b"1"
        + b"}" * 20_001,
        "a giant number in variables": b'{"query": "{me {id}}", "variables": {"a": ' + b"9" * 200_000 + b"}}",
        "null": b"null",
        "a number": b"1",
        "no JSON": b"{" * 200_000,
        "no UTF-8": b'{"query": "\xff"}',
        "half a surrogate pair": b'{"query": "{echo(text: \\"\\ud800\\")}"}',
        "no text": b'{"query": ["{me {id}}"]}',
        "nothing": b"",
    }.items()
}

EXPENSIVE_REQUESTS = {**DOCUMENTS, **BODIES}
