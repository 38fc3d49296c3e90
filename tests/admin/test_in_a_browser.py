"""A shop is run from its pages: what an owner, a customer and support do in a day, in Chromium."""

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from commands import serve
from tests import browsers
from tests.admin.customers import Customer
from tests.admin.desk import Desk
from tests.live_servers import LiveServer

pytestmark = pytest.mark.processes

OWNER, SUPPORT, CUSTOMER = serve.DEMO_MOBILE, "09120000001", "09120000002"
CATEGORY, SERVICE = "دستهٔ تازه", "لایک تازه"
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
def desk(browser: webdriver.Chrome, shop_server: LiveServer) -> Desk:
    return Desk(browser, shop_server)


def test_an_owner_runs_a_shop_for_a_day(desk: Desk, shop_server: LiveServer) -> None:
    desk.sign_in(OWNER)
    desk.open("/categories/create")
    desk.fill(name=CATEGORY, position="1")
    desk.save()
    category = desk.first_number()
    desk.open("/services/create")
    desk.fill(name=SERVICE, price="1000", min_quantity="10", max_quantity="10000", provider_service_id="1")
    desk.choose("category", CATEGORY)
    desk.choose("provider", "Sandbox")
    desk.fill(source="تأمین‌کننده")
    desk.save()
    service = desk.first_number()
    assert "Sandbox" in desk.text()
    customer = Customer(shop_server, CUSTOMER)
    desk.open(f"/users/list?q={CUSTOMER}")
    desk.open_first()
    desk.act("adjust", amount="۵۰۰۰۰", reason="شروع")

    customer.order_by_rest(service=service, category=category, quantity=100)
    customer.order_by_graphql(name=SERVICE, quantity=200)
    customer.write_a_ticket("سفارش من کجاست؟")

    desk.sign_in(SUPPORT)
    assert "سفارش من کجاست؟" in desk.text()
    desk.open_first()
    desk.act("answer", message="سلام، در حال بررسی است")
    assert "سلام، در حال بررسی است" in desk.text()
    assert customer.messages() == ["سلام، در حال بررسی است"]

    desk.sign_in(OWNER)
    cards = [card.text for card in desk.driver.find_elements(By.CSS_SELECTOR, ".card-body")]
    assert any("سفارش‌های امروز" in card and "۲" in card for card in cards), cards
    assert any("درآمد امروز" in card and "۳۰۰ تومان" in card for card in cards), cards
    desk.wait.until(lambda driver: len(driver.find_elements(By.CSS_SELECTOR, ".apexcharts-svg")) == 3)
    assert desk.foreign_requests() == []
    assert browsers.console_faults(desk.driver) == []


@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
def test_every_list_and_its_first_record_show_without_a_fault(
    language: str, direction: str, desk: Desk
) -> None:
    desk.sign_in(OWNER, language=language)
    for key in LISTS:
        desk.open(f"/{key}/list")
        assert desk.driver.find_element(By.TAG_NAME, "html").get_attribute("dir") == direction
        if desk.driver.find_elements(By.CSS_SELECTOR, "tbody tr.row-clickable"):
            desk.open_first()
        assert "-null-" not in desk.text()
        assert "undefined" not in desk.text()
    assert desk.foreign_requests() == []
    assert browsers.console_faults(desk.driver) == []


@pytest.mark.parametrize("path", ["/", "/orders/list", "/services/create", "/settings"])
def test_a_page_fits_a_phone(path: str, desk: Desk) -> None:
    desk.sign_in(OWNER)
    metrics = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    desk.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    desk.open(path)

    assert desk.driver.execute_script("return document.documentElement.scrollWidth") <= 390


def test_the_keyboard_alone_is_enough(desk: Desk) -> None:
    desk.sign_in(SUPPORT)
    desk.open("/orders/list")
    reached = []
    for _ in range(40):
        desk.driver.switch_to.active_element.send_keys(Keys.TAB)
        element = desk.driver.switch_to.active_element
        reached.append(element.text or element.get_attribute("aria-label") or element.get_attribute("name"))
        if element.tag_name == "a" and "/detail" in str(element.get_attribute("href")):
            break

    assert {"جستجو", "فیلترها"} <= set(reached)
    element.send_keys(Keys.ENTER)
    desk.wait.until(lambda driver: "/detail" in driver.current_url)
