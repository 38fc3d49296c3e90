"""A shop is run from its pages: what an owner, a customer and support do in a day, in Chromium."""

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from cli import serve
from tests import browsers
from tests.admin.browser_client import PATIENCE_SECONDS, AdminBrowser
from tests.admin.customer_client import Customer
from tests.live_servers import LiveServer

pytestmark = pytest.mark.processes

OWNER, SUPPORT, CUSTOMER = serve.DEMO_MOBILE, "09120000001", "09120000002"
CATEGORY, SERVICE = "دستهٔ تازه", "لایک تازه"
PHONE = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
LISTS = "orders refills tickets users services categories providers payments ledger gifts audit".split()


@pytest.fixture(scope="module")
def shop_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    limits = dict.fromkeys(
        ["LOGIN_CODES_PER_ADDRESS", "LOGIN_CODES_PER_HOUR", "LOGIN_CODES_PER_DAY"], "100"
    ) | {"LOGIN_CODE_INTERVAL": "0"}
    with LiveServer(tmp_path_factory.mktemp("staffed"), **limits) as server:
        server.run("admin", "create", OWNER)
        server.run("admin", "create", SUPPORT, "--role", "support")
        yield server


@pytest.fixture
def admin_browser(browser: webdriver.Chrome, shop_server: LiveServer) -> AdminBrowser:
    return AdminBrowser(browser, shop_server)


def test_an_owner_runs_a_shop_for_a_day(admin_browser: AdminBrowser, shop_server: LiveServer) -> None:
    admin_browser.sign_in(OWNER)
    admin_browser.open("/categories/create")
    admin_browser.fill(name=CATEGORY, position="1")
    admin_browser.save()
    category = admin_browser.get_first_number()
    admin_browser.open("/services/create")
    admin_browser.fill(
        name=SERVICE, price="1000", min_quantity="10", max_quantity="10000", provider_service_id="1"
    )
    admin_browser.choose("category", CATEGORY)
    admin_browser.choose("provider", "Sandbox")
    admin_browser.fill(source="تأمین‌کننده")
    admin_browser.save()
    service = admin_browser.get_first_number()
    assert "Sandbox" in admin_browser.text()
    customer = Customer(shop_server, CUSTOMER)
    admin_browser.open(f"/users/list?q={CUSTOMER}")
    admin_browser.open_first()
    admin_browser.run_action("adjust", amount="۵۰۰۰۰", reason="شروع")

    customer.order_by_rest(service=service, category=category, quantity=100)
    customer.order_by_graphql(name=SERVICE, quantity=200)
    customer.create_ticket("سفارش من کجاست؟")

    admin_browser.sign_in(SUPPORT)
    assert "سفارش من کجاست؟" in admin_browser.text()
    admin_browser.open_first()
    admin_browser.run_action("answer", message="سلام، در حال بررسی است")
    assert "سلام، در حال بررسی است" in admin_browser.text()
    assert customer.messages() == ["سلام، در حال بررسی است"]

    admin_browser.sign_in(OWNER)
    cards = [card.text for card in admin_browser.driver.find_elements(By.CSS_SELECTOR, ".card-body")]
    assert any("سفارش‌های امروز" in card and "۲" in card for card in cards), cards
    assert any("درآمد امروز" in card and "۳۰۰ تومان" in card for card in cards), cards
    admin_browser.wait.until(
        lambda driver: len(driver.find_elements(By.CSS_SELECTOR, ".apexcharts-svg")) == 3
    )
    assert admin_browser.list_foreign_requests() == []
    assert browsers.console_faults(admin_browser.driver) == []


@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
def test_every_list_and_its_first_record_show_without_a_fault(
    language: str, direction: str, admin_browser: AdminBrowser
) -> None:
    admin_browser.sign_in(OWNER, language=language)
    for key in LISTS:
        admin_browser.open(f"/{key}/list")
        assert admin_browser.driver.find_element(By.TAG_NAME, "html").get_attribute("dir") == direction
        if admin_browser.driver.find_elements(By.CSS_SELECTOR, "tbody tr.row-clickable"):
            admin_browser.open_first()
        assert "-null-" not in admin_browser.text()
        assert "undefined" not in admin_browser.text()
    assert admin_browser.list_foreign_requests() == []
    assert browsers.console_faults(admin_browser.driver) == []


@pytest.mark.parametrize("path", ["/", "/orders/list", "/services/create", "/settings"])
def test_a_page_fits_a_phone(path: str, admin_browser: AdminBrowser) -> None:
    admin_browser.sign_in(OWNER)
    admin_browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)

    admin_browser.open(path)

    assert admin_browser.driver.execute_script("return document.documentElement.scrollWidth") <= 390


def test_staff_choose_the_language_on_a_phone_before_they_sign_in(
    browser: webdriver.Chrome, shop_server: LiveServer
) -> None:
    browser.get(f"{shop_server.url}/admin/login")
    browser.delete_all_cookies()
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get(f"{shop_server.url}/admin/login")

    browser.find_element(By.LINK_TEXT, "English").click()

    patience = WebDriverWait(browser, PATIENCE_SECONDS)
    assert patience.until(lambda driver: driver.find_elements(By.LINK_TEXT, "فارسی"))
    assert browser.find_element(By.TAG_NAME, "h1").text == "Staff of Vitrin"


def test_the_keyboard_alone_is_enough(admin_browser: AdminBrowser) -> None:
    admin_browser.sign_in(SUPPORT)
    admin_browser.open("/orders/list")
    reached = []
    for _ in range(40):
        admin_browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        element = admin_browser.driver.switch_to.active_element
        reached.append(element.text or element.get_attribute("aria-label") or element.get_attribute("name"))
        if element.tag_name == "a" and "/detail" in str(element.get_attribute("href")):
            break

    assert {"جستجو", "فیلترها"} <= set(reached)
    element.send_keys(Keys.ENTER)
    admin_browser.wait.until(lambda driver: "/detail" in driver.current_url)
