"""`main.py providers`: adding a panel, bringing its services in, and refusals in one line."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_command_line import run
from tests.database_templates import Templates
from tests.live_servers import find_free_port
from tests.loopback_provider import LoopbackProvider

pytestmark = pytest.mark.processes

KEY = "s3cret-key"
FOLLOWERS = {
    "service": 7,
    "name": "Followers",
    "type": "Default",
    "category": "Panel's category",
    "rate": "0.90",
    "min": "50",
    "max": "10000",
}
LIKES = {**FOLLOWERS, "service": "8", "name": "Likes"}


@pytest.fixture
def provider() -> Iterator[LoopbackProvider]:
    with LoopbackProvider() as provider:
        provider.answers["services"] = [FOLLOWERS, LIKES]
        yield provider


@pytest.fixture
def folder(tmp_path: Path, sqlite_templates: Templates) -> Path:
    """A data folder with the demo, whose providers are the sandbox."""
    shutil.copy(sqlite_templates.demo.removeprefix("sqlite://"), tmp_path / "vitrin.sqlite3")
    return tmp_path


def providers(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command on the data folder, with providers on this machine allowed."""
    return run(
        "providers",
        *arguments,
        **{"DATA_FOLDER": str(folder), "LOG_LEVEL": "WARNING", "ALLOW_PRIVATE_PROVIDERS": "true", **settings},
    )


def add_provider(folder: Path, url: str, *options: str) -> str:
    """The id of a provider that was just added."""
    answer = providers(folder, "add", "Panel", url, KEY, *options)
    assert (answer.returncode, answer.stderr) == (0, "")
    number = answer.stdout.split()[1]
    assert answer.stdout == f"provider {number} added; next: providers sync {number} --import\n"
    return number


def get_error_line(answer: subprocess.CompletedProcess[str]) -> str:
    """The single error line of a command, without the program's name."""
    assert (answer.returncode, answer.stdout) == (1, "")
    [line] = answer.stderr.splitlines()
    return line.removeprefix("vitrin: ")


def test_a_provider_is_added_listed_and_its_services_put_on_sale(
    folder: Path, provider: LoopbackProvider
) -> None:
    number = add_provider(folder, provider.url, "--rate", "95000", "--margin", "30", "--round", "1000")
    assert provider.asked == []

    first, second = (providers(folder, "sync", number, *import_) for import_ in (["--import"], []))

    assert (first.returncode, first.stdout) == (0, "     2 added\n")
    assert (second.returncode, second.stdout) == (0, "     2 unchanged\n")
    assert provider.asked == [{"key": KEY, "action": "services"}] * 2
    listed = providers(folder, "list").stdout
    assert f"{number:>4} on  Panel" in listed
    assert KEY not in listed + first.stdout + first.stderr


def test_the_outcome_of_each_service_is_reported(folder: Path, provider: LoopbackProvider) -> None:
    provider.answers["services"] = [
        FOLLOWERS,
        LIKES,
        {**LIKES, "service": 9, "type": "Poll"},
        {"name": "Half"},
    ]
    number = add_provider(folder, provider.url)
    assert providers(folder, "sync", number, "--import").stdout.splitlines() == [
        "     2 added",
        "     1 not understood",
        "     1 unreadable",
    ]
    provider.answers["services"] = [{**FOLLOWERS, "rate": "1000"}]
    assert providers(folder, "sync", number).stdout.splitlines() == ["     1 below_cost", "     1 vanished"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("add", "", "panel.example", "k", "--concurrency", "1000"), "name, url, concurrency"),
        (("add", "Panel", "https://panel.example", "k", "--rate", str(10**30)), "rate"),
        # Bytes that are no UTF-8 reach Python as lone surrogates.
        (("add", "Pan\udcffel", "https://panel.example", "k"), "name"),
    ],
)
def test_a_value_that_could_not_work_is_named_in_one_line(
    arguments: tuple[str, ...], named: str, folder: Path
) -> None:
    assert get_error_line(providers(folder, *arguments)) == f"not acceptable: {named}"


@pytest.mark.parametrize("number", ["4711", "-1"])
def test_a_provider_that_does_not_exist_is_refused_in_one_line(number: str, folder: Path) -> None:
    answer = providers(folder, "sync", "--", number)
    assert get_error_line(answer) == f"provider {number} not found"


@pytest.mark.parametrize(
    "arguments",
    [(), ("remove",), ("add", "Panel"), ("sync",), ("sync", "one"), ("add", *"abc", "--rate", "x")],
)
def test_arguments_that_are_none_are_refused_with_the_usage(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    answer = providers(tmp_path, *arguments)
    assert answer.returncode == 2
    assert answer.stderr.startswith("usage: main.py providers")
    assert "Traceback" not in answer.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ([], "the catalogue is empty"),
        ({"error": "Invalid API key"}, "refused with code 200"),
        ({"services": []}, "HTTP 200 with no list of services"),
    ],
    ids=["empty", "refused", "nonsense"],
)
def test_an_unreadable_catalogue_is_reported_in_one_line(
    answer: object, line: str, folder: Path, provider: LoopbackProvider
) -> None:
    provider.answers["services"] = answer
    number = add_provider(folder, provider.url)
    assert get_error_line(providers(folder, "sync", number, "--import")) == line


def test_an_unreachable_provider_is_reported_in_one_line(folder: Path) -> None:
    number = add_provider(folder, f"http://127.0.0.1:{find_free_port()}/api/v2")
    line = "127.0.0.1 unavailable (ConnectError), request was not sent"
    assert get_error_line(providers(folder, "sync", number)) == line


def test_a_provider_in_the_own_network_is_refused_unless_it_is_allowed(
    folder: Path, provider: LoopbackProvider
) -> None:
    number = add_provider(folder, provider.url)
    refused = providers(folder, "sync", number, ALLOW_PRIVATE_PROVIDERS="false")
    line = "127.0.0.1 leads to 127.0.0.1, which is not public, request was not sent"
    assert get_error_line(refused) == line
    assert provider.asked == []
