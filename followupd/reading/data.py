"""The data files of the reading: words, hosts and weights that are extended without code."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any


def read_data(*place: str) -> dict[str, Any]:
    """Read a data file beside the code.

    Args:
        place: its folders and its name, such as `"phrases", "automatic.toml"`.

    Raises:
        ValueError: it is no TOML; the file is named, for whoever extended it.
    """
    source = resources.files("followupd.reading").joinpath(*place).read_text("utf-8")
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{'/'.join(place)} cannot be read: {error}") from None
