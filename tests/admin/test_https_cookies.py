"""The staff pages over https in Chromium: which cookies it keeps, and which no other host can set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import browsers
from tests.admin.browser_client import AdminBrowser
from tests.live_servers import LiveServer, find_free_port
from tests.tls import run_tls_proxy

pytestmark = pytest.mark.processes
OWNER = "09381112233"
STATUS_OF_A_POST = """
const done = arguments[arguments.length - 1];
const body = new URLSearchParams(arguments[0]);
fetch('/admin/logout', {method: 'POST', body, redirect: 'manual'}).then(answer => done(answer.status));
"""


@pytest.fixture
def admin_browser(tmp_path: Path) -> Iterator[AdminBrowser]:
    """Chromium at a shop behind a TLS proxy."""
    port = find_free_port()
    with (
        LiveServer(tmp_path, PUBLIC_URL=f"https://localhost:{port}") as server,
        run_tls_proxy(server.port, port, tmp_path),
        browsers.chromium(tmp_path / "profile", "--ignore-certificate-errors") as driver,
    ):
        server.run("admin", "create", OWNER)
        server.url = f"https://localhost:{port}"
        yield AdminBrowser(driver, server)


def test_cookies_have_the_prefix_and_forms_work_for_their_own_session_alone(
    admin_browser: AdminBrowser,
) -> None:
    admin_browser.sign_in(OWNER, language="en")
    cookies = {cookie["name"]: cookie for cookie in admin_browser.driver.get_cookies()}
    for name, is_http_only in (("__Host-staff", True), ("__Host-csrf", False)):
        cookie = cookies[name]
        assert (cookie["secure"], cookie["path"], cookie["httpOnly"]) == (True, "/", is_http_only)
        assert cookie["domain"] == "localhost"
    token = cookies["__Host-csrf"]["value"]

    # Cookies that another host of the domain, or a page without TLS, could try to set.
    for planted in ("__Host-csrf=x; path=/admin", "__Host-csrf=x; path=/; domain=localhost", "__Host-csrf=x"):
        admin_browser.driver.execute_script("document.cookie = arguments[0]", planted)
    kept = {cookie["name"]: cookie["value"] for cookie in admin_browser.driver.get_cookies()}
    assert kept["__Host-csrf"] == token
    assert admin_browser.driver.execute_async_script(STATUS_OF_A_POST, {}) == 403
    assert admin_browser.driver.execute_async_script(STATUS_OF_A_POST, {"csrftoken": token[:-2]}) == 403

    admin_browser.open("/service-tokens")
    admin_browser.fill(name="nightly report")
    admin_browser.find('input[value="read_figures"]').click()
    # Below the fold of the window.
    admin_browser.driver.execute_script("arguments[0].click()", admin_browser.find('button[value="create"]'))
    assert admin_browser.find("#new-token").text.count(".") == 2
    # The two that were refused above, and nothing else.
    assert [
        fault for fault in browsers.console_faults(admin_browser.driver) if "/admin/logout" not in fault
    ] == []

    # The form's own token: signed out, and the session's cookie is gone.
    admin_browser.driver.execute_async_script(STATUS_OF_A_POST, {"csrftoken": token})
    assert admin_browser.driver.get_cookie("__Host-staff") is None
