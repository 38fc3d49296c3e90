"""The pages by keyboard and on a phone, with requests to this server only."""

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import WebDriverWait

from rest_compat.routes import LEGACY_ROUTES
from tests import browsers
from tests.live_servers import LiveServer

pytestmark = pytest.mark.processes

PATIENCE_SECONDS = 180
READY = {"/docs": "article", "/docs/swagger": ".opblock", "/docs/reseller": "table"}


def open_page(browser: webdriver.Chrome, server: LiveServer, path: str) -> list[WebElement]:
    """The page's main content, once it is loaded."""
    browser.get(f"{server.url}{path}")
    return WebDriverWait(browser, PATIENCE_SECONDS).until(
        lambda driver: driver.find_elements(By.CSS_SELECTOR, READY[path])
    )


def tab(browser: webdriver.Chrome) -> WebElement:
    browser.switch_to.active_element.send_keys(Keys.TAB)
    return browser.switch_to.active_element


def list_foreign_requests(browser: webdriver.Chrome, server: LiveServer) -> list[str]:
    own = (f"{server.url}/", "data:", "blob:")
    return [url for url in browsers.requested_urls(browser) if not url.startswith(own)]


def list_shown_languages(browser: webdriver.Chrome) -> list[str]:
    """The language of each example in sight."""
    samples = browser.find_elements(By.CSS_SELECTOR, ".sample")
    return [str(it.get_attribute("class")).split()[-1] for it in samples if it.is_displayed()]


def set_width(browser: webdriver.Chrome, pixels: int) -> None:
    metrics = {"width": pixels, "height": 740, "deviceScaleFactor": 1, "mobile": pixels < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def test_the_pages_send_no_foreign_requests_and_fit_a_phone_and_a_desktop(
    browser: webdriver.Chrome, shop_server: LiveServer
) -> None:
    for path in READY:
        for width in (360, 1280):
            set_width(browser, width)
            open_page(browser, shop_server, path)
            needed: int = browser.execute_script("return document.documentElement.scrollWidth")
            assert needed <= width, path
            assert list_foreign_requests(browser, shop_server) == [], path
            assert browsers.console_faults(browser) == [], path


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/reseller"])
def test_prose_has_the_colour_of_text(browser: webdriver.Chrome, shop_server: LiveServer, path: str) -> None:
    browser.get(f"{shop_server.url}{path}")

    prose = browser.find_element(By.CSS_SELECTOR, "main p").value_of_css_property("color")
    assert prose == browser.find_element(By.TAG_NAME, "body").value_of_css_property("color")


@pytest.mark.parametrize("path", READY)
def test_the_keyboard_skips_to_the_content_or_moves_through_the_navigation(
    browser: webdriver.Chrome, shop_server: LiveServer, path: str
) -> None:
    open_page(browser, shop_server, path)

    assert tab(browser).text == "Skip to the content"
    walked = [tab(browser).text for _ in range(5)]
    assert walked == ["Vitrin", "REST", "Swagger", "Resellers", "GraphQL"]
    if path != "/docs/swagger":
        link = tab(browser)
        assert link.find_elements(By.XPATH, "ancestor::nav[@class='contents']")

    skip = browser.find_element(By.CSS_SELECTOR, ".skip")
    skip.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "content"


def test_the_arrow_keys_choose_the_language_of_every_example_and_a_reload_keeps_it(
    browser: webdriver.Chrome, shop_server: LiveServer
) -> None:
    articles = open_page(browser, shop_server, "/docs")
    assert len(articles) == len(LEGACY_ROUTES)
    assert list_shown_languages(browser) == ["curl"] * len(LEGACY_ROUTES)

    browser.find_element(By.ID, "in-curl").send_keys(Keys.ARROW_RIGHT)
    assert list_shown_languages(browser) == ["javascript"] * len(LEGACY_ROUTES)
    open_page(browser, shop_server, "/docs")
    assert list_shown_languages(browser) == ["javascript"] * len(LEGACY_ROUTES)


def test_a_route_is_tried_from_swagger_ui(browser: webdriver.Chrome, shop_server: LiveServer) -> None:
    assert len(open_page(browser, shop_server, "/docs/swagger")) == len(LEGACY_ROUTES)
    wait = WebDriverWait(browser, PATIENCE_SECONDS)

    route = "[id$=get_categories]"
    for button in (".opblock-summary-control", ".try-out__btn", "button.execute"):
        wait.until(
            expected_conditions.element_to_be_clickable((By.CSS_SELECTOR, f"{route} {button}"))
        ).click()
    answer = wait.until(
        expected_conditions.visibility_of_element_located(
            (By.CSS_SELECTOR, ".live-responses-table .highlight-code")
        )
    )

    assert '"status": 200' in answer.text
    assert f"{shop_server.url}/api/v1/categories" in browsers.requested_urls(browser)
    assert browsers.console_faults(browser) == []
