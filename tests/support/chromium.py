"""A real browser without a window, in which people sign in at a provider.

It reaches nothing but loopback. The browser is driven in a thread of its own: Playwright leaves an
event loop running in the thread it is used from.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from playwright.sync_api import Browser, Playwright

_CHROMIUM: Final = Path("/usr/bin/chromium")
_MILLISECONDS: Final = 60_000
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No address but loopback is looked up, by itself or by a proxy.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def is_installed() -> bool:
    """Whether there is a browser, and what drives it."""
    return _CHROMIUM.exists() and find_spec("playwright") is not None


class Chromium:
    """One browser; each visit is somebody's who signs in there."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._working = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def sign_in(self, address: str, user: str, button: str = "Allow") -> Future[str]:
        """Begin to sign in at a provider's page.

        Returns:
            The heading of the page where the browser ends up.
        """
        return self._working.submit(self._sign_in, address, user, button)

    def close(self) -> None:
        """End the browser."""
        self._working.submit(self._close).result()
        self._working.shutdown()

    def _sign_in(self, address: str, user: str, button: str) -> str:
        # The provider's certificate is a test's; that is not what is looked at here.
        with self._opened().new_context(ignore_https_errors=True) as window:
            window.set_default_timeout(_MILLISECONDS)
            page = window.new_page()
            page.goto(address)
            page.get_by_label("User name").fill(user)
            page.get_by_role("button", name=button).click()
            page.wait_for_url(re.compile("^http:"))
            return page.get_by_role("heading").inner_text()

    def _opened(self) -> Browser:
        if self._browser is None:
            from playwright.sync_api import sync_playwright

            self._playwright = sync_playwright().start()
            self._browser = self._playwright.chromium.launch(
                executable_path=_CHROMIUM,
                args=_FLAGS,
                timeout=_MILLISECONDS,
                env={**os.environ, "HOME": str(self._home)},
            )
        return self._browser

    def _close(self) -> None:
        try:
            if self._browser is not None:
                self._browser.close()
        finally:
            if self._playwright is not None:
                self._playwright.stop()


@contextmanager
def chromium(home: Path) -> Iterator[Chromium]:
    """A browser that is started when somebody visits a page, and surely ended."""
    browser = Chromium(home)
    try:
        yield browser
    finally:
        browser.close()
