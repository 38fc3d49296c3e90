"""A whole payment as a person makes it: Chromium of a phone's width against the running product."""

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from config.settings import Settings
from tests import browsers
from tests.live_servers import LiveServer

pytestmark = pytest.mark.processes

PATIENCE_SECONDS = 180
PHONE = (360, 740)
HEADINGS = {
    "pay": "پرداخت موفق بود",
    "cancel": "پرداخت لغو شد",
    "pay-less": "پرداخت در دست بررسی است",
}


class Payer:
    """A customer of the demo with a browser."""

    def __init__(self, driver: webdriver.Chrome, server: LiveServer, token: str) -> None:
        self._driver = driver
        self._server = server
        self._headers = {"Authorization": f"Bearer {token}"}
        self._wait = WebDriverWait(driver, PATIENCE_SECONDS)
        driver.set_window_size(*PHONE)

    def balance(self) -> int:
        answer = httpx.get(f"{self._server.url}/api/v1/user", headers=self._headers)
        return int(answer.json()["user"]["balance"])

    def start(self, amount: int) -> None:
        """Ask for a payment as the app does, and follow its redirection."""
        answer = httpx.post(
            f"{self._server.url}/api/v1/user/payment", headers=self._headers, json={"amount": amount}
        )
        self._driver.get(answer.headers["location"])
        self.check_page()

    def decide(self, decision: str) -> str:
        """Press the button, and return the heading of the receipt."""
        self._driver.find_element(By.CSS_SELECTOR, f'button[value="{decision}"]').click()
        self._wait.until(lambda driver: "/user/payment/verify" in driver.current_url)
        self.check_page()
        return self._driver.find_element(By.TAG_NAME, "h1").text

    def go_back(self) -> str:
        """Return to the bank's page; returns its text."""
        self._driver.back()
        self._driver.refresh()
        return self._driver.find_element(By.TAG_NAME, "main").text

    def receipt(self) -> str:
        return self._driver.find_element(By.TAG_NAME, "main").text

    def way_back_to_the_app(self) -> str | None:
        return self._driver.find_element(By.LINK_TEXT, "بازگشت به برنامه").get_attribute("href")

    def check_page(self) -> None:
        """Persian, right to left, no wider than the phone, with requests to the shop only."""
        root = self._driver.find_element(By.TAG_NAME, "html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == ("fa", "rtl")
        width = self._driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
        requested = browsers.requested_urls(self._driver)
        assert [url for url in requested if not url.startswith(f"{self._server.url}/")] == []


@pytest.fixture
def payer(browser: webdriver.Chrome, live_server: LiveServer, demo_token: str) -> Payer:
    return Payer(browser, live_server, demo_token)


def test_a_payment_is_completed_shown_and_credited_once(payer: Payer) -> None:
    before = payer.balance()
    payer.start(25_000)

    assert payer.decide("pay") == HEADINGS["pay"]
    assert "۲۵٬۰۰۰ تومان" in payer.receipt()
    assert payer.way_back_to_the_app() == Settings().app_url
    assert payer.balance() == before + 25_000
    assert "پیش از این پاسخ داده شده" in payer.go_back()
    assert payer.balance() == before + 25_000


@pytest.mark.parametrize("decision", ["cancel", "pay-less"])
def test_a_canceled_or_mismatched_payment_is_reported_and_credits_nothing(
    decision: str, payer: Payer
) -> None:
    before = payer.balance()
    payer.start(30_000)

    assert payer.decide(decision) == HEADINGS[decision]
    assert payer.balance() == before
