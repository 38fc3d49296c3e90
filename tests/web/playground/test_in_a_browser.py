"""The playground as a person uses it: Chromium against the running product."""

import json
import time
from typing import TYPE_CHECKING

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests import browsers

pytestmark = pytest.mark.processes

if TYPE_CHECKING:
    from tests.live_servers import LiveServer

PATIENCE_SECONDS = 180

QUERY_EDITOR = "section.graphiql-query-editor"
HEADER_EDITOR = 'section[aria-label="Headers"] .graphiql-editor:not(.hidden)'
ACTIVE_TAB = ".graphiql-tab-active .graphiql-tab-button"
NEW_TAB_BUTTON = 'button[aria-label="New tab"]'
EXECUTE_BUTTON = "button.graphiql-execute-button"
RESPONSE = ".graphiql-response"

OPEN_TICKET = 'mutation {createTicket(subject: "s", description: "d") {... on Ticket {id}}}'
REPLY = "mutation ($id: ID!, $text: String!) {replyToTicket(ticketId: $id, message: $text) {__typename}}"


class Playground:
    """The page in one browser tab, with an empty query tab opened beside the examples."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self._wait = WebDriverWait(driver, PATIENCE_SECONDS)
        driver.get(f"{url}/graphql")
        self._textarea(QUERY_EDITOR)
        self._wait.until(lambda _: self._text("operation.graphql") != "")
        self.driver.find_element(By.CSS_SELECTOR, NEW_TAB_BUTTON).click()
        self._wait.until(lambda _: self._text("operation.graphql") == "")

    def write_query(self, name: str, selection: str) -> None:
        """Type a named query; returns once GraphiQL has parsed it, shortly after the keys."""
        self.write_operation(name, f"query {name} {selection}")

    def write_operation(self, name: str, text: str) -> None:
        """Types an operation of the given name; returns once GraphiQL has read it."""
        self._write(QUERY_EDITOR, text)
        self._wait.until(lambda driver: driver.find_element(By.CSS_SELECTOR, ACTIVE_TAB).text == name)

    def write_headers(self, headers: dict[str, str]) -> None:
        self._write(HEADER_EDITOR, json.dumps(headers))

    def header_editor_is_shown(self) -> bool:
        return self.driver.find_element(By.CSS_SELECTOR, HEADER_EDITOR).is_displayed()

    def run(self) -> str:
        """Runs the query and waits for what the response pane holds."""
        self.driver.find_element(By.CSS_SELECTOR, EXECUTE_BUTTON).click()
        self._wait.until(lambda _: self._answer() != "")
        return self._answer()

    def start(self) -> None:
        """Start the subscription; its events arrive later."""
        self.driver.find_element(By.CSS_SELECTOR, EXECUTE_BUTTON).click()

    def shown(self) -> str:
        """What the response pane holds by now."""
        return self._text("response.json")

    def requested_urls(self) -> list[str]:
        """The address of every request since the last call."""
        return browsers.requested_urls(self.driver)

    def console_faults(self) -> list[str]:
        return browsers.console_faults(self.driver)

    def _write(self, editor: str, text: str) -> None:
        # Monaco closes brackets and quotes by itself, and types over what it closed.
        self._textarea(editor).send_keys(text)

    def _textarea(self, editor: str) -> WebElement:
        return self._wait.until(
            lambda driver: driver.find_element(By.CSS_SELECTOR, f"{editor} .monaco-editor textarea")
        )

    def _answer(self) -> str:
        # Monaco draws only the lines in sight; the whole text is in the model behind the pane.
        drawn = self.driver.find_element(By.CSS_SELECTOR, f"{RESPONSE} .view-lines").text
        return self._text("response.json") if drawn.strip() else ""

    def _text(self, model: str) -> str:
        find = "return __MONACO.editor.getModels().find(m => m.uri.path.endsWith(arguments[0])).getValue()"
        text: str = self.driver.execute_script(find, model)
        return text


def test_a_query_is_executed_without_requests_to_other_hosts(
    browser: webdriver.Chrome, live_server: "LiveServer"
) -> None:
    playground = Playground(browser, live_server.url)

    playground.write_query("Names", "{ categories { id name } }")
    answer = playground.run()

    assert "توییتر" in answer
    requested = playground.requested_urls()
    assert f"{live_server.url}/graphql" in requested
    assert [url for url in requested if not url.startswith((f"{live_server.url}/", "data:", "blob:"))] == []
    assert playground.console_faults() == []


def test_a_header_typed_beside_the_query_signs_in(
    browser: webdriver.Chrome, live_server: "LiveServer", demo_token: str
) -> None:
    playground = Playground(browser, live_server.url)
    assert playground.header_editor_is_shown()

    playground.write_headers({"Authorization": f"Bearer {demo_token}"})
    playground.write_query("Me", "{ me { mobile } }")

    assert "09011235566" in playground.run()


def test_a_subscription_shows_its_events_with_the_token_typed_in_headers(
    browser: webdriver.Chrome, live_server: "LiveServer", demo_token: str
) -> None:
    ticket = live_server.query(demo_token, OPEN_TICKET)["createTicket"]["id"]
    playground = Playground(browser, live_server.url)

    playground.write_headers({"Authorization": f"Bearer {demo_token}"})
    playground.write_operation(
        "Live", f'subscription Live {{ ticketMessageAdded(ticketId: "{ticket}") {{ message }} }}'
    )
    playground.start()
    for text in ("first", "second"):
        # The page does not show when its subscription is active, so messages are sent until one appears.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in playground.shown() and time.monotonic() < deadline:
            live_server.query(demo_token, REPLY, id=ticket, text=text)
            time.sleep(0.2)
        assert text in playground.shown()
    assert playground.console_faults() == []
