"""Where templates come from: the shipped ones, and the user's own over them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Register
from followupd.errors import TemplateError
from followupd.writing.letter import sample_letters
from followupd.writing.shipped import own_templates, shipped_templates
from followupd.writing.templates import Templates

if TYPE_CHECKING:
    from pathlib import Path

LETTER = sample_letters()[0]
TEXT = "{{% block subject %}}{}{{% endblock %}}{{% block body %}}x{{% endblock %}}"


def test_a_template_of_the_users_own_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    """Only that one changes; a byte order mark does no harm."""
    (tmp_path / "en" / "formal").mkdir(parents=True)
    (tmp_path / "en" / "formal" / "check-in.j2").write_text("\ufeffmine", encoding="utf-8")
    templates = shipped_templates(tmp_path)
    assert templates["en/formal/check-in"] == "mine"
    assert templates["en/friendly/check-in"] == shipped_templates()["en/friendly/check-in"]
    assert templates["en/formal/call"] == shipped_templates()["en/formal/call"]
    assert own_templates(tmp_path) == {
        "en/formal/check-in": tmp_path / "en" / "formal" / "check-in.j2"
    }
    assert own_templates(None) == {}


def test_a_template_without_a_register_takes_the_place_of_both(tmp_path: Path) -> None:
    """The shipped ones of its language step back; another language keeps its own."""
    (tmp_path / "en" / "formal").mkdir(parents=True)
    (tmp_path / "en" / "check-in.j2").write_text(TEXT.format("mine"), encoding="utf-8")
    (tmp_path / "en" / "formal" / "call.j2").write_text(TEXT.format("my call"), encoding="utf-8")
    (tmp_path / "en" / "call.j2").write_text(TEXT.format("any call"), encoding="utf-8")
    templates = Templates(shipped_templates(tmp_path))

    def written(name: str, language: str, register: Register) -> str:
        return templates.render(name, language, replace(LETTER, register=register)).subject

    assert written("check-in", "en", Register.FORMAL) == "mine"
    assert written("check-in", "en", Register.FRIENDLY) == "mine"
    assert written("check-in", "it", Register.FORMAL) == "mine"
    assert written("check-in", "de", Register.FORMAL) != "mine"
    assert written("call", "en", Register.FORMAL) == "my call"
    assert written("call", "en", Register.FRIENDLY) == "any call"


def test_a_folder_of_templates_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    """Absent, outside a language, not UTF-8, too large: each is a sentence with the path."""
    with pytest.raises(TemplateError, match=r"no folder of templates at .*gone"):
        shipped_templates(tmp_path / "gone")
    stray = tmp_path / "check-in.j2"
    stray.write_text("x")
    with pytest.raises(TemplateError, match="outside a language folder; move it to"):
        shipped_templates(tmp_path)
    stray.unlink()
    (tmp_path / "de" / "formel").mkdir(parents=True)
    stray = tmp_path / "de" / "formel" / "check-in.j2"
    stray.write_text("x")
    with pytest.raises(TemplateError, match='in "formel", which is no register'):
        shipped_templates(tmp_path)
    stray.unlink()
    (tmp_path / "german").mkdir()
    stray = tmp_path / "german" / "check-in.j2"
    stray.write_text("x")
    with pytest.raises(TemplateError, match="outside a language folder"):
        shipped_templates(tmp_path)
    stray.unlink()
    (tmp_path / "de" / "own.j2").write_bytes(b"Gr\xfc\xdfe")
    with pytest.raises(TemplateError, match="not UTF-8"):
        shipped_templates(tmp_path)
    (tmp_path / "de" / "own.j2").write_bytes(b"x" * 70_000)
    with pytest.raises(TemplateError, match="larger than 64 KiB"):
        shipped_templates(tmp_path)
