"""Mozilla's remote protocol, as far as it takes to sit at Thunderbird's windows.

Marionette (`testing/marionette` and `remote/marionette` in Mozilla's source) carries WebDriver's
commands as JSON over TCP, each with its length before it. Mozilla's own client for Python is
marked inactive and brings a family of packages along; this needs none.

Everything happens in the chrome context, where the windows of the program itself are.
"""

from __future__ import annotations

import base64
import json
import socket
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

# Keys as WebDriver numbers them (section 17.4.2).
ENTER = "\ue007"
CONTROL = "\ue009"
HOME = "\ue011"
RIGHT = "\ue014"
DOWN = "\ue015"
DELETE = "\ue017"

RIGHT_BUTTON = 2
"""Of the mouse."""


class Refused(Exception):  # noqa: N818 - it says what happened, as the other errors here do
    """The program said no to a command.

    Attributes:
        kind: WebDriver's name of the error, such as `no such window`.
    """

    def __init__(self, kind: str, message: str) -> None:
        """Say what and why."""
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Marionette:
    """One session; a context manager that hangs up, and leaves the program running.

    Args:
        port: on 127.0.0.1.
        timeout: seconds after which a command without an answer has failed.

    Raises:
        OSError: nobody listens, or an answer never came.
    """

    def __init__(self, port: int, timeout: float) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._stream = self._socket.makefile("rb")
        self._last = 0
        try:
            self._packet()  # its greeting
            self.do("WebDriver:NewSession")
            self.do("Marionette:SetContext", value="chrome")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()

    def do(self, command: str, **parameters: Any) -> Any:
        """Give one command and return what it returns.

        Raises:
            Refused: the program said no.
            OSError: it has gone, or does not answer.
        """
        self._last += 1
        raw = json.dumps([0, self._last, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(raw), raw))
        _, number, error, result = self._packet()
        assert number == self._last, "the answer to another command"
        if error is not None:
            raise Refused(error["error"], error["message"])
        if isinstance(result, dict) and set(result) == {"value"}:
            return result["value"]
        return result

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the window that is switched to; a promise is awaited."""
        return self.do("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def windows(self) -> list[str]:
        """The handles of the program's windows, the one opened last at the end."""
        handles: list[str] = self.do("WebDriver:GetWindowHandles")
        return handles

    def switch(self, window: str) -> None:
        """Go to a window; what follows happens there."""
        self.do("WebDriver:SwitchToWindow", handle=window, focus=True)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, `CONTROL` together with the one that follows it."""
        actions = []
        is_held = False
        for key in keys:
            actions.append({"type": "keyDown", "value": key})
            if key == CONTROL:
                is_held = True
                continue
            actions.append({"type": "keyUp", "value": key})
            if is_held:
                actions.append({"type": "keyUp", "value": CONTROL})
                is_held = False
        self._perform({"type": "key", "id": "keyboard", "actions": actions})

    def click(self, x: float, y: float, button: int = 0) -> None:
        """Click at a point of the window, in CSS pixels from its upper left corner."""
        self._perform(
            {
                "type": "pointer",
                "id": "mouse",
                "parameters": {"pointerType": "mouse"},
                "actions": [
                    {"type": "pointerMove", "x": round(x), "y": round(y), "origin": "viewport"},
                    {"type": "pointerDown", "button": button},
                    {"type": "pointerUp", "button": button},
                ],
            }
        )

    def picture(self) -> bytes:
        """The window that is switched to, as PNG."""
        return base64.b64decode(self.do("WebDriver:TakeScreenshot", full=False))

    def _perform(self, actions: dict[str, Any]) -> None:
        self.do("WebDriver:PerformActions", actions=[actions])

    def _packet(self) -> Any:
        length = b""
        while (digit := self._stream.read(1)) != b":":
            if not digit:
                raise ConnectionError("the program has hung up")
            length += digit
        return json.loads(self._stream.read(int(length)))
