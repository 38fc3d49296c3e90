"""What the benchmarks ask, and with what the peers run."""

import json
import re
import tomllib

import pytest
from graphql import parse, validate

import schema
from benchmarks import workloads
from benchmarks.paths import NODE_FOLDER, PYTHON_FOLDER, ROOT
from benchmarks.seed import Sizes
from benchmarks.workloads import Workload

REQUEST_BUILDERS = workloads.build_vitrin_requests({7: "token"})


@pytest.mark.parametrize("work", [Workload.SERVICES, Workload.ORDERS, Workload.CREATE_ORDER])
def test_our_documents_fit_the_schema(work: Workload) -> None:
    document = json.loads(REQUEST_BUILDERS[work](7).body or "")["query"]
    assert validate(schema.schema._schema, parse(document)) == []


def test_every_request_to_ours_carries_its_user_s_token() -> None:
    assert {ask(7).build_headers()["Authorization"] for ask in REQUEST_BUILDERS.values()} == {"Bearer token"}


def test_each_order_placed_with_ours_has_room_for_a_key_of_its_own() -> None:
    assert (
        json.loads(REQUEST_BUILDERS[Workload.CREATE_ORDER](7).body or "")["variables"]["key"] == workloads.KEY
    )


def test_the_study_s_sizes_are_2000_users_to_200000_orders() -> None:
    sizes = Sizes()
    assert (len(sizes.many_orders), len(sizes.twenty_orders)) == (1_000, 1_000)
    assert len(sizes.many_orders) * 180 + len(sizes.twenty_orders) * 20 == sizes.orders == 200_000


def test_python_peers_run_on_the_same_versions_as_ours() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours = _pins([*project["project"]["dependencies"], *project["tool"]["uv"]["constraint-dependencies"]])
    theirs = _pins((PYTHON_FOLDER / "requirements.txt").read_text(encoding="utf-8").split())
    shared = ours.keys() & theirs.keys()
    assert len(shared) > 10
    assert {name: theirs[name] for name in shared} == {name: ours[name] for name in shared}


def _pins(lines: list[str]) -> dict[str, str]:
    return {
        re.sub(r"[_.]", "-", name).lower(): version for name, version in (line.split("==") for line in lines)
    }


def test_the_node_peers_lock_names_no_download_address() -> None:
    lock = json.loads((NODE_FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
