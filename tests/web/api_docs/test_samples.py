"""The reference's examples do what they show, in each language, against the running product."""

import json
import subprocess
import sys

import pytest

from rest_compat import openapi
from tests.fixtures import new_token
from tests.live_servers import LiveServer
from web.api_docs.openapi_view import Operation, read_groups
from web.api_docs.samples import build_samples

pytestmark = pytest.mark.processes

_PATIENCE_SECONDS = 120
# Interpreter, what goes before all examples, and what around each so that its answer comes on one line.
_LANGUAGES = {
    "curl": (["bash", "-ec"], "TOKEN='{token}'", "{code} -s | tr -d '\\n'; echo"),
    "javascript": (
        ["node", "--input-type=module", "-e"],
        "const token = '{token}';\nconst say = console.log;\nconst line = (it) => say(JSON.stringify(it));",
        "{{\nconst console = {{ log: line }};\n{code}\n}}",
    ),
    "python": (
        [sys.executable, "-c"],
        "import json\ntoken = '{token}'\nsay = print\nprint = lambda it: say(json.dumps(it))",
        "{code}",
    ),
}
_SPENT_BY_ANOTHER_RUN = {"post-login", "get-user-freecredit", "get-user-wof", "post-user-gifts"}


def check_answer(operation: Operation, line: str, language: str) -> None:
    """Documented, and no refusal but of what can be had once in a while."""
    if operation.shows_page:
        assert "<!doctype html>" in line
    elif operation.redirects and language != "curl":
        assert "/sandbox/payment/" in line
    else:
        status = json.loads(line)["status"]
        assert status in {status for answer in operation.own_answers for status in answer.body_statuses}
        if operation.anchor == "post-login-verify":
            assert status == 401
        elif operation.anchor not in _SPENT_BY_ANOTHER_RUN:
            assert status in (200, 201, 302, "pending"), operation.anchor


@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_example_runs_unchanged_and_gets_a_documented_response(
    shop_server: LiveServer, language: str
) -> None:
    interpreter, before, around = _LANGUAGES[language]
    operations = [
        operation
        for group in read_groups(openapi.build_document(shop_server.url))
        for operation in group.operations
    ]
    codes = [
        around.format(code=sample.code)
        for operation in operations
        for sample in build_samples(operation, shop_server.url)
        if sample.language == language
    ]
    program = "\n".join([before.format(token=new_token(shop_server)), *codes])
    run = subprocess.run(
        [*interpreter, program], capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False
    )

    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert len(lines) == len(operations) == 26
    for operation, line in zip(operations, lines, strict=True):
        check_answer(operation, line, language)
