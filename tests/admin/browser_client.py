"""The staff pages in Chromium, driven as a member of staff."""

import re
from collections.abc import Callable

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests import browsers
from tests.live_servers import LiveServer

PATIENCE_SECONDS = 30


def _clicked(selector: str, text: str) -> Callable[[webdriver.Chrome], bool]:
    """Click the first such element once it holds the text."""

    def click(driver: webdriver.Chrome) -> bool:
        element = driver.find_element(By.CSS_SELECTOR, selector)
        if text not in element.text:
            return False
        element.click()
        return True

    return click


def list_sent_codes(server: LiveServer, mobile: str) -> list[str]:
    """The login codes that the console's SMS gateway printed."""
    return re.findall(rf"SMS to {mobile}: \D*(\d{{6}})", server.output())


class AdminBrowser:
    """A browser with a signed-in member of staff."""

    def __init__(self, driver: webdriver.Chrome, server: LiveServer) -> None:
        self.driver = driver
        self.server = server
        # The list of search results is redrawn while it is read.
        passing = [StaleElementReferenceException, ElementClickInterceptedException]
        self.wait = WebDriverWait(driver, PATIENCE_SECONDS, ignored_exceptions=passing)

    def sign_in(self, mobile: str, *, language: str = "fa") -> None:
        self.driver.delete_all_cookies()
        self.driver.get(f"{self.server.url}/admin/login")
        self.driver.add_cookie({"name": "language", "value": language, "path": "/"})
        codes = len(list_sent_codes(self.server, mobile))
        self.open("/")
        self.find("#username").send_keys(mobile, Keys.ENTER)
        self.find("#code")
        self.wait.until(lambda _: len(list_sent_codes(self.server, mobile)) > codes)
        self.find("#code").send_keys(list_sent_codes(self.server, mobile)[-1], Keys.ENTER)
        self.wait_until(lambda driver: "/login" not in driver.current_url)

    def wait_until(self, happened: Callable[[webdriver.Chrome], object]) -> None:
        """Wait for the result of an action; fails with the page's message instead."""
        try:
            self.wait.until(happened)
        except TimeoutException:
            raise AssertionError(f"{self.driver.current_url} still shows: {self.text()}") from None

    def open(self, path: str) -> None:
        self.driver.get(f"{self.server.url}/admin{path}")

    def find(self, selector: str) -> WebElement:
        return self.wait.until(expected_conditions.element_to_be_clickable((By.CSS_SELECTOR, selector)))

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            entry = self.find(f'[name="{name}"]')
            if entry.tag_name == "select":
                Select(entry).select_by_visible_text(value)
            else:
                entry.clear()
                entry.send_keys(value)

    def choose(self, name: str, text: str) -> None:
        """Search and select a record in a relation field."""
        entry = self.find(f'select[name="{name}"] + .select2 .select2-selection')
        self._bring_into_view(entry)
        entry.click()
        self.find(".select2-search__field").send_keys(text)
        # Until the search has answered, the list shows other records, and the first of them is highlighted.
        self.wait.until(_clicked(".select2-results__option--highlighted", text))

    def save(self) -> None:
        """Send the form, and wait until the list says that it was kept."""
        button = self.find('.card-footer button[type="submit"]:not([name])')
        self._bring_into_view(button)
        button.click()
        self.wait_until(lambda driver: "/list" in driver.current_url)

    def _bring_into_view(self, element: WebElement) -> None:
        self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element
        )

    def run_action(self, name: str, **values: str) -> None:
        """Press a record's button, fill its box, and wait until the page says that it was done."""
        self.find(f'a[data-sa-name="{name}"]').click()
        submit = self.find('[data-sa-action="action-submit"]')
        self.fill(**values)
        submit.click()
        self.wait_until(lambda driver: driver.find_elements(By.CSS_SELECTOR, ".alert-success"))

    def get_first_number(self) -> str:
        """The number of a list's first record."""
        return self._first_record().text

    def open_first(self) -> None:
        """Go to the page of a list's first record."""
        self._first_record().click()
        self.wait_until(lambda driver: "/detail" in driver.current_url)

    def _first_record(self) -> WebElement:
        heads = self.driver.find_elements(By.CSS_SELECTOR, "th")
        columns = [head.get_attribute("data-column") for head in heads]
        return self.driver.find_elements(By.CSS_SELECTOR, "tbody tr:first-child td")[columns.index("id")]

    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def list_foreign_requests(self) -> list[str]:
        own = (f"{self.server.url}/", "data:", "blob:")
        return [url for url in browsers.requested_urls(self.driver) if not url.startswith(own)]
