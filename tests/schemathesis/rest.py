"""The REST routes, by their OpenAPI description."""

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rest_compat.openapi.operations import DESCRIPTIONS
from tests.live_servers import LiveServer
from tests.schemathesis.runs import Case, Report, draw_headers, operations_of, run

_CONFORMANCE = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_CALLBACK = "GET /api/v1/user/payment/verify"
_LOGOUT = "GET /api/v1/logout"
_KNOWN = {
    "id": (19, 1528, 1533),
    "service_id": (1816, 1904),
    "category_id": (50, 136),
    "cate_id": (50, 136),
    "quantity": (10,),
    "link": ("https://www.instagram.com/p/CA2",),
    "gift_id": (1,),
    "amount": (1_000, 25_000),
    "username": ("09011235566",),
    "subject": ("a subject",),
    "description": ("a description",),
    "message": ("a message",),
}
"""Values of the demo: made-up ids alone would never find a record."""


def check_rest(server: LiveServer, token: str, *, examples: int, seed: int) -> Report:
    """Whether every answer is documented: its status, its type, its headers and its body."""
    description = requests.get(f"{server.url}/docs/openapi.json", timeout=30).json()
    schema = schemathesis.openapi.from_dict(description)
    session = requests.Session()

    def check(case: Case, data: st.DataObject) -> str:
        _aim(case, data)
        headers = draw_headers(data, token)
        response = case.call(base_url=server.url, session=session, headers=headers, allow_redirects=False)
        checks = list(_CONFORMANCE)
        if not _is_documented_crash(case):
            checks.append(not_a_server_error)
        case.validate_response(response, checks=checks)
        is_json = "json" in response.headers.get("content-type", [""])[0]
        body_status = response.json().get("status", "") if is_json and response.content else ""
        return f"{response.status_code} {body_status}".strip()

    return run(operations_of(schema, last=_LOGOUT), check, examples=examples, seed=seed)


def _is_documented_crash(case: Case) -> bool:
    """The reference answers 500 to a return that names no payment."""
    named = {name for name, value in (case.query or {}).items() if value}
    return case.operation.label == _CALLBACK and not named & {"Authority", "trackId"}


def _aim(case: Case, data: st.DataObject) -> None:
    """Put known values in place of all or some of the made-up ones; half of the bodies get a whole form."""
    is_whole = not data.draw(st.booleans())
    fields = DESCRIPTIONS[case.method, case.path.removeprefix("/api")].fields.keys() & _KNOWN.keys()
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            names = part.keys() & _KNOWN.keys() | (fields if is_whole and part is case.body else set())
            for name in sorted(names):
                if is_whole or data.draw(st.booleans()):
                    part[name] = data.draw(st.sampled_from(_KNOWN[name]))
