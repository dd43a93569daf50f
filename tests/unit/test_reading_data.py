"""The data files are read, and one that is broken is named."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import pytest

from followupd.reading.data import read_data

if TYPE_CHECKING:
    from pathlib import Path


def test_every_data_file_of_the_reading_can_be_read() -> None:
    """Also those that no other test happens to load."""
    folder = resources.files("followupd.reading")
    places: list[tuple[str, ...]] = [("shared_hosts.toml",)]
    for entry in (folder / "phrases").iterdir():
        inner = entry.iterdir() if entry.is_dir() else ()
        places += [("phrases", entry.name, each.name) for each in inner]
        places += [] if entry.is_dir() else [("phrases", entry.name)]
    assert len(places) > 12
    assert all(read_data(*place) for place in places)


def test_a_broken_data_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever extended it learns which file and where."""
    (tmp_path / "hosts.toml").write_text("webmail = [\n", "utf-8")
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"^hosts\.toml cannot be read: "):
        read_data("hosts.toml")
