"""Thunderbird's main window: the folders on the left, and the list of messages beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.clients.program import until
from tests.clients.thunderbird_windows import MAIL, Kind

if TYPE_CHECKING:
    from tests.clients.thunderbird_windows import Windows

# The row of a folder, by the folder's URI.
_FOLDER = """
const row = [...document.querySelectorAll('#folderTree li')].find(one => one.uri == given[0]);
return row?.id;
"""

# Id, depth, subject, whether it is selected, and whether what is under it is folded away; null
# until the folder is the one shown, and every row is painted (they are painted later than they
# are placed, and used again for other messages). A list that needs scrolling is never complete.
_LISTED = """
const view = window.gDBView;
const cards = [...document.querySelectorAll('#threadTree tr.card-layout')];
const subject = card => card.querySelector('.subject').textContent;
if (!view || window.gFolder?.URI != given[0] || cards.length != view.rowCount) { return null; }
for (const card of cards) {
  if (!subject(card) || subject(card) != view.cellTextForColumn(card.index, 'subjectCol')) {
    return null;
  }
}
return cards.map(card => [card.id, view.getLevel(card.index), subject(card),
                          card.classList.contains('selected'),
                          card.matches('.children.collapsed')]);
"""

# How many messages the server said are in the folder shown, when it was opened.
_TOTAL = "return window.gFolder.QueryInterface(Ci.nsIMsgImapMailFolder).serverTotal;"


@dataclass(frozen=True, slots=True)
class Row:
    """One message in the list.

    Attributes:
        name: the id of its row.
        depth: in its thread, 0 for the first.
        subject: as shown.
        is_selected: whether it is highlighted.
        is_folded: whether answers to it are folded away.
    """

    name: str
    depth: int
    subject: str
    is_selected: bool
    is_folded: bool

    @property
    def selector(self) -> str:
        """Where to click on it."""
        return f"#{self.name} .subject"


class MailWindow:
    """The main window, with one account.

    Args:
        windows: of the program.
        account: the URI of the account, which those of its folders begin with.
    """

    def __init__(self, windows: Windows, account: str) -> None:
        self._windows = windows
        self._account = account

    def show(self, folder: str) -> None:
        """Click on a folder until it is the one shown."""
        self._windows.go_to(Kind.MAIN)
        uri = f"{self._account}/{folder}"
        if self._row_of(uri) is None:
            # Thunderbird looks for new folders when the account is unfolded.
            twisty = f'[id="{self._row_of(self._account)}"] > .container .twisty'
            self._windows.click(twisty, within=MAIL)
            self._windows.click(twisty, within=MAIL)
            until(lambda: self._row_of(uri) is not None, f"the folder {folder}")

        def is_shown() -> bool:
            if self._windows.read("return window.gFolder?.URI;", within=MAIL) == uri:
                return True
            self._windows.click(f'[id="{self._row_of(uri)}"] .name', within=MAIL)
            return False

        until(is_shown, f"what is in {folder}")

    def rows(self, folder: str) -> list[Row]:
        """What is listed in the folder that is shown, from the top, with every thread unfolded."""
        shown: list[Row] = []

        def is_unfolded() -> bool:
            found = self._windows.read(_LISTED, f"{self._account}/{folder}", within=MAIL)
            if found is None:
                return False
            shown[:] = [Row(*row) for row in found]
            if any(row.is_folded for row in shown):
                self._windows.session.press("*")
                return False
            return True

        self._windows.go_to(Kind.MAIN)
        until(is_unfolded, f"the list of {folder}")
        return shown

    def all_rows(self, folder: str) -> list[Row]:
        """The same of a folder that was shown just now, once everything in it is listed."""
        listed: list[Row] = []

        def is_complete() -> bool:
            total = int(self._windows.read(_TOTAL, within=MAIL))
            listed[:] = self.rows(folder)
            return 0 < total <= len(listed)

        until(is_complete, f"all that is in {folder}")
        return listed

    def select(self, folder: str, subject: str) -> Row:
        """Click on a message until it alone is selected."""
        self.show(folder)
        selected: list[Row] = []

        def is_selected() -> bool:
            rows = self.rows(folder)
            selected[:] = [row for row in rows if row.is_selected]
            if [row.subject for row in selected] == [subject]:
                return True
            wanted = next((row for row in rows if row.subject == subject), None)
            if wanted is not None:
                self._windows.click(wanted.selector, within=MAIL)
            return False

        until(is_selected, f"{subject} selected in {folder}")
        return selected[0]

    def _row_of(self, uri: str) -> str | None:
        row = self._windows.read(_FOLDER, uri, within=MAIL)
        return None if row is None else str(row)
