"""A password or a token that shows itself only when it is asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from datetime import datetime


class Secret:
    """A password, or an access token; neither a `repr` nor a pickle holds it."""

    __slots__ = ("__value", "ends_at")

    def __init__(self, value: str, ends_at: datetime | None = None) -> None:
        """Keep `value`, which is good until `ends_at` (UTC); None: as long as nobody changes it."""
        self.__value = value
        self.ends_at = ends_at

    def reveal(self) -> str:
        """The password or token: hand it to the server and keep it nowhere."""
        return self.__value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")
