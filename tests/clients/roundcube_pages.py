"""Roundcube's pages in a browser, clicked and typed into as a person does.

The browser reaches nothing but loopback. What a page shows is read from the page; only whether
it is still at work is asked of Roundcube's own script, since an empty list looks like one that
has not come yet, and since Roundcube ignores what is clicked while it is at work.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.clients.program import DEADLINE, Composed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Frame, Locator, Page, Playwright

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No address but loopback is looked up, by itself or by a proxy.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

_MILLISECONDS = 1000
_LOOK_EVERY = 50
_AT_REST = (
    "() => document.readyState === 'complete' && window.rcmail?.loaded === true && !rcmail.busy"
)

# The notice of a message sent stands for half a second, until the page goes: whoever looks from
# outside may miss it. So the page writes down each notice, in what outlives it.
_LISTEN = """() => {
    sessionStorage.setItem('told', '');
    new MutationObserver(changes => {
        const said = changes.flatMap(change => [...change.addedNodes]);
        const told = said.map(notice => notice.textContent).join(' ');
        sessionStorage.setItem('told', sessionStorage.getItem('told') + ' ' + told);
    }).observe(document.querySelector('#messagestack'), {childList: true});
}"""
_TOLD = "said => sessionStorage.getItem('told').includes(said)"


class RoundcubePages:
    """One person at the browser; used from one thread only.

    Args:
        url: where Roundcube is served.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._opened: Page | None = None

    def open(self, chromium: Path, home: Path, user: str, password: str) -> None:
        """Start the browser, sign in, and wait until the inbox is shown.

        Args:
            chromium: the browser's program.
            home: an empty folder that the browser takes for the person's own.
            user: at the login.
            password: likewise.
        """
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=chromium,
            args=_FLAGS,
            timeout=DEADLINE * _MILLISECONDS,
            env={**os.environ, "HOME": str(home)},
        )
        self._opened = self._browser.new_page(
            viewport={"width": 1280, "height": 800}, locale="en-US"
        )
        self._opened.set_default_timeout(DEADLINE * _MILLISECONDS)
        self._page.goto(self._url)
        self._page.get_by_placeholder("Username").fill(user)
        self._page.get_by_placeholder("Password").fill(password)
        self._page.get_by_role("button", name="Login").click()
        self._mail_is_shown()

    def close(self) -> None:
        """End the browser."""
        try:
            if self._browser is not None:
                self._browser.close()
        finally:
            if self._playwright is not None:
                self._playwright.stop()

    def picture(self, path: Path) -> None:
        """Keep what is shown now."""
        self._page.screenshot(path=path, timeout=DEADLINE * _MILLISECONDS)

    # ---- lists

    def listed(self, folder: str) -> list[str]:
        """The subjects in a folder, from the top."""
        self._enter(folder)
        return self._subjects.all_inner_texts()

    def threads(self, folder: str) -> list[tuple[int, str]]:
        """A folder listed in threads, all unfolded: each message's depth and subject."""
        self._enter(folder)
        self._press("Options")
        options = self._page.get_by_role("dialog", name="List options")
        options.get_by_label("List mode").select_option("Threads")
        with self._list_comes():
            self._press("Save")
        self._press("Threads")
        self._press("Expand All")
        # A reader sees by its indent that a message answers the one above.
        indents = [box["x"] for each in self._subjects.all() if (box := each.bounding_box())]
        depths = [sorted(set(indents)).index(indent) for indent in indents]
        return list(zip(depths, self._subjects.all_inner_texts(), strict=True))

    def delete(self, subject: str) -> None:
        """Choose a draft, and press Delete."""
        self._choose_draft(subject)
        with self._is_told("Message(s) moved to Trash successfully."):
            self._press("Delete")

    def move(self, subject: str, folder: str) -> None:
        """Choose a draft, and a folder in the menu More."""
        self._have_listed(folder)
        self._choose_draft(subject)
        self._press("More")
        self._press("Move to...")
        name = _with_icons(folder.rpartition("/")[2])
        with self._is_told("Message(s) moved successfully."):
            self._page.locator("#folder-selector").get_by_role("link", name=name).click()

    # ---- composer

    def edit(self, subject: str) -> Composed:
        """Choose a draft, press Edit beside "This is a draft message", and read the composer."""
        # Not by a double click: Roundcube takes two clicks for one if they come slowly.
        self._choose_draft(subject).get_by_role("link", name="Edit").click()
        to = self._page.locator("#compose_to li.recipient")
        to.first.wait_for()
        self._at_rest()
        return Composed(
            # The name is shown, and the address as soon as the pointer rests on it.
            to=", ".join(each.get_attribute("title") or "" for each in to.all()),
            subject=self._page.get_by_label("Subject").input_value(),
            text=self._text.input_value(),
        )

    def type_at_the_top(self, text: str) -> None:
        """Type a line before the text."""
        self._text.click()
        self._text.press("Control+Home")
        self._page.keyboard.type(f"{text}\n")

    def save(self) -> None:
        """Press Save, and go back to the mail as soon as it is saved."""
        with self._is_told("Message saved to Drafts."):
            self._press("Save")
        self._press("Mail")
        self._mail_is_shown()

    def send(self) -> None:
        """Press Send, and wait until it is sent and the mail is shown again."""
        with self._is_told("Message sent successfully."):
            self._press("Send")
        self._mail_is_shown()

    # ---- what is to be seen

    @property
    def _page(self) -> Page:
        assert self._opened is not None
        return self._opened

    @property
    def _rows(self) -> Locator:
        # A message that is gone stays behind as a row that is not shown.
        return self._page.locator("#messagelist tbody tr.message:visible")

    @property
    def _subjects(self) -> Locator:
        return self._rows.locator("td.subject .subject a")

    @property
    def _text(self) -> Locator:
        return self._page.locator("#composebody")

    def _draft(self, subject: str) -> Locator:
        return self._rows.filter(has=self._page.get_by_text(subject, exact=True))

    def _folder(self, folder: str) -> Locator:
        return self._page.locator(f'#mailboxlist a[rel="{folder}"]')

    # ---- what is done, and what is waited for

    def _press(self, name: str) -> None:
        """Click a button, or a link that looks like one, as soon as that does something."""
        self._at_rest()
        named = _with_icons(name)
        button = self._page.get_by_role("button", name=named)
        button.or_(self._page.get_by_role("link", name=named)).click()

    def _enter(self, folder: str) -> None:
        self._have_listed(folder)
        with self._list_comes():
            self._folder(folder).click()

    def _choose_draft(self, subject: str) -> Frame:
        """Click it once; a moment later it stands in the preview."""
        self._enter("Drafts")
        self._draft(subject).click()
        preview = self._page.frame("messagecontframe")
        assert preview is not None
        preview.get_by_role("heading", name=subject).wait_for()
        preview.wait_for_function(_AT_REST, polling=_LOOK_EVERY)
        self._at_rest()
        return preview

    def _have_listed(self, folder: str) -> None:
        """Switch a folder on in the settings: Roundcube lists only what is subscribed to."""
        self._mail_is_shown()
        if self._folder(folder).is_visible():
            return
        self._press("Settings")
        self._press("Folders")
        switch = self._page.locator(f'#subscription-table input[value="{folder}"]')
        switch.wait_for(state="attached")
        self._at_rest()
        with self._is_told("Folder successfully subscribed."):
            # The box itself is transparent; its label is drawn as the switch.
            switch.locator("+ label").click()
        self._press("Mail")
        self._folder(folder).wait_for()
        self._at_rest()

    @contextmanager
    def _list_comes(self) -> Iterator[None]:
        """Wait until the list that is asked for meanwhile is shown."""
        with self._page.expect_response(lambda response: "_action=list&" in response.url):
            yield
        self._at_rest()

    @contextmanager
    def _is_told(self, said: str) -> Iterator[None]:
        """Wait for the notice of what is done meanwhile."""
        self._page.evaluate(_LISTEN)
        yield
        self._page.wait_for_function(_TOLD, arg=said, polling=_LOOK_EVERY)

    def _mail_is_shown(self) -> None:
        self._page.locator("#mailboxlist").wait_for()
        self._at_rest()

    def _at_rest(self) -> None:
        self._page.wait_for_function(_AT_REST, polling=_LOOK_EVERY)


def _with_icons(name: str) -> re.Pattern[str]:
    """A name with the icons around it, which are letters of a font of their own."""
    return re.compile(rf"^\W*{re.escape(name)}\W*$")
