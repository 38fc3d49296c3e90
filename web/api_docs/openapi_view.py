"""An OpenAPI 3.1 document prepared for display: groups of operations with parameters and responses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
"""An OpenAPI document, or a part of one."""

_JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """`place` is path, query, header or body; `kind` describes the type; `limits` are its constraints."""

    name: str
    place: str
    kind: str
    is_required: bool
    meaning: str
    limits: tuple[str, ...]
    example: str | int | None


@dataclass(frozen=True, kw_only=True)
class DocumentedResponse:
    """One HTTP status. `is_general`: shared by many routes and described once."""

    http_status: int
    meaning: str
    media_type: str
    examples: tuple[object, ...]
    body_statuses: tuple[int | str, ...]
    """Possible values of `status` in the body; empty if the body has none."""
    is_general: bool

    @property
    def is_json(self) -> bool:
        return self.media_type == _JSON


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    needs_token: bool
    gives_token: bool
    parameters: tuple[Parameter, ...]
    answers: tuple[DocumentedResponse, ...]

    @property
    def own_answers(self) -> tuple[DocumentedResponse, ...]:
        """The responses specific to this operation."""
        return tuple(answer for answer in self.answers if not answer.is_general)

    @property
    def redirects(self) -> bool:
        return any(answer.http_status == 302 for answer in self.answers)

    @property
    def shows_page(self) -> bool:
        return any(answer.media_type == "text/html" for answer in self.answers)

    def examples(self, place: str) -> dict[str, str | int]:
        """The example's values for `place`, by name."""
        return {
            parameter.name: parameter.example
            for parameter in self.parameters
            if parameter.place == place and parameter.example is not None
        }


@dataclass(frozen=True, kw_only=True)
class Group:
    """A section of operations."""

    anchor: str
    name: str
    about: str
    operations: tuple[Operation, ...]


def read_groups(document: Document) -> tuple[Group, ...]:
    """The document's tags in order, each with its operations in order."""
    operations = [
        (operation["tags"][0], _read_operation(document, method, path, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return tuple(
        Group(
            anchor=tag["name"].lower().replace(" ", "-"),
            name=tag["name"],
            about=tag["description"],
            operations=tuple(found for name, found in operations if name == tag["name"]),
        )
        for tag in document["tags"]
    )


def read_general_answers(document: Document) -> tuple[DocumentedResponse, ...]:
    """The responses shared by many routes, ordered by status."""
    shared = document["components"]["responses"]
    return tuple(_read_response(document, status, shared[status]) for status in sorted(shared))


def _read_operation(document: Document, method: str, path: str, operation: Document) -> Operation:
    successes = list(_iter_schemas(document, operation["responses"].get("200", {})))
    return Operation(
        anchor=operation["operationId"].replace("_", "-"),
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        needs_token=bool(operation.get("security")),
        gives_token=any("access_token" in schema.get("properties", {}) for schema in successes),
        parameters=tuple(_read_parameters(operation)),
        answers=tuple(
            _read_response(document, status, answer) for status, answer in operation["responses"].items()
        ),
    )


def _read_parameters(operation: Document) -> Iterator[Parameter]:
    for parameter in operation["parameters"]:
        yield _build_parameter(
            parameter["name"],
            parameter["schema"],
            place=parameter["in"],
            is_required=parameter.get("required", False),
            example=parameter.get("example"),
        )
    if body := operation.get("requestBody"):
        media = body["content"][_JSON]
        for name, schema in media["schema"]["properties"].items():
            yield _build_parameter(
                name,
                schema,
                place="body",
                is_required=name in media["schema"]["required"],
                example=media["example"].get(name),
            )


def _build_parameter(
    name: str, schema: Document, *, place: str, is_required: bool, example: str | int | None
) -> Parameter:
    return Parameter(
        name=name,
        place=place,
        kind=schema["type"],
        is_required=is_required,
        meaning=schema.get("description", ""),
        limits=tuple(_describe_limits(schema)),
        example=example,
    )


def _describe_limits(schema: Document) -> Iterator[str]:
    if "enum" in schema:
        yield f"one of {', '.join(str(value) for value in schema['enum'])}"
    if "minimum" in schema and "maximum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    elif "minimum" in schema:
        yield f"{schema['minimum']} or more"
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']} characters"
    if "default" in schema:
        yield f"{schema['default']} where it is not given"


def _read_response(document: Document, status: str, answer: Document) -> DocumentedResponse:
    is_general = "$ref" in answer
    described = _resolve(document, answer)
    ((media_type, media),) = described["content"].items()
    shown = media.get("examples") or {"example": {"value": media["example"]}}
    return DocumentedResponse(
        http_status=int(status),
        meaning=described["description"],
        media_type=media_type,
        examples=tuple(example["value"] for example in shown.values()),
        body_statuses=tuple(dict.fromkeys(_read_body_statuses(document, described))),
        is_general=is_general,
    )


def _read_body_statuses(document: Document, answer: Document) -> Iterator[int | str]:
    for schema in _iter_schemas(document, answer):
        status = schema.get("properties", {}).get("status", {})
        yield from [status["const"]] if "const" in status else status.get("enum", ())


def _iter_schemas(document: Document, answer: Document) -> Iterator[Document]:
    """The schemas that the body may have."""
    for media in answer.get("content", {}).values():
        for schema in media["schema"].get("oneOf", [media["schema"]]):
            yield _resolve(document, schema)


def _resolve(document: Document, part: Document) -> Document:
    if "$ref" not in part:
        return part
    found = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found
