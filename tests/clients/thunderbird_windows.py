"""Thunderbird's windows: what is to be seen in them, and where to click.

The main window shows folders and messages in a document of its own within it, and a composer's
text lies in another. Marionette finds no elements across that border; so a point is reckoned
from the boxes on the way, and clicked as the window's own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tests.clients.marionette import DOWN, ENTER, RIGHT, RIGHT_BUTTON, Refused
from tests.clients.program import until

if TYPE_CHECKING:
    from tests.clients.marionette import Marionette

MAIL = "#mail3PaneTabBrowser1"
"""The document with folders and messages, within the main window."""

TEXT = "#messageEditor"
"""The document with the text, within a composer."""


class Kind(StrEnum):
    """The kinds of windows, by their attribute `windowtype`."""

    MAIN = "mail:3pane"
    COMPOSER = "msgcompose"


_KIND = "return document.documentElement.getAttribute('windowtype');"

# The middle of the first element with a box, counted from the corner of the window.
_POINT = """
const [frame, selector] = arguments;
let inside = document, x = 0, y = 0;
if (frame) {
  const box = document.querySelector(frame)?.getBoundingClientRect();
  inside = document.querySelector(frame)?.contentDocument;
  if (!box || !inside) { return null; }
  [x, y] = [box.left, box.top];
}
for (const element of inside.querySelectorAll(selector)) {
  const box = element.getBoundingClientRect();
  if (box.width && box.height && !element.disabled) {
    return [x + box.left + box.width / 2, y + box.top + box.height / 2];
  }
}
return null;
"""

_WITHIN = """
const [frame, ...given] = arguments;
const inside = document.querySelector(frame)?.contentWindow;
if (!inside) { return null; }
return (function (window, document, given) { %s })(inside, inside.document, given);
"""

# How many menus are open, and the label of the highlighted entry of the innermost one.
_MENU = """
const open = [...document.querySelectorAll('menupopup')].filter(menu => menu.state == 'open');
return [open.length, open.at(-1)?.querySelector(':scope > [_moz-menuactive]')?.label];
"""


class Windows:
    """The windows of one running Thunderbird."""

    def __init__(self, session: Marionette) -> None:
        """Look at them through that session."""
        self.session = session

    def has(self, kind: Kind) -> bool:
        """Whether a window of that kind is open; if so, it is gone to."""
        for handle in self.session.windows():
            try:
                self.session.switch(handle)
                if self.session.run(_KIND) == kind:
                    return True
            except Refused as error:
                # Closed since it was listed, or not loaded yet.
                if error.kind not in ("no such window", "javascript error"):
                    raise
        return False

    def go_to(self, kind: Kind) -> None:
        """Go to the window of that kind as soon as it is open."""
        until(lambda: self.has(kind), f"a window {kind}")

    def topmost(self) -> bytes:
        """The window that was opened last, as PNG."""
        self.session.switch(self.session.windows()[-1])
        return self.session.picture()

    def read(self, script: str, *given: Any, within: str = "") -> Any:
        """What a script tells of the window gone to, or of a document within it.

        There the arguments are called `given`; None as long as that document is not there.
        """
        if within:
            return self.session.run(_WITHIN % script, within, *given)
        return self.session.run(script, *given)

    def click(self, selector: str, *, within: str = "", button: int = 0) -> None:
        """Click in the middle of an element as soon as it is shown and enabled."""
        points: list[tuple[float, float]] = []

        def is_shown() -> bool:
            point = self.session.run(_POINT, within, selector)
            if point is not None:
                points.append((point[0], point[1]))
            return point is not None

        until(is_shown, selector)
        self.session.click(*points[-1], button=button)

    def choose(self, selector: str, *labels: str) -> None:
        """Right-click in the main window, and go through the menu and its menus by the keys."""
        self.click(selector, within=MAIL, button=RIGHT_BUTTON)
        for depth, label in enumerate(labels, start=1):
            self._highlight(depth, label)
            self.session.press(ENTER if depth == len(labels) else RIGHT)
        until(lambda: self._menu()[0] == 0, "the menu closed")

    def _highlight(self, depth: int, label: str) -> None:
        until(lambda: self._menu()[0] == depth, f"the menu that holds {label}")
        until(lambda: self._is_at(label), f"{label} in the menu")

    def _is_at(self, label: str) -> bool:
        if self._menu()[1] == label:
            return True
        self.session.press(DOWN)
        return bool(self._menu()[1] == label)

    def _menu(self) -> tuple[int, str | None]:
        depth, label = self.read(_MENU, within=MAIL)
        return depth, label
