"""The pages about the providers: what they show works, and agrees with what is known."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from followupd.config import Account, OAuth, Security, parse
from followupd.config.oauth import PROVIDERS
from followupd.providers.presets import SignIn, preset_of, presets
from followupd.providers.servers import Protocol, Server

ROOT = Path(__file__).parents[3]
INDEX = ROOT / "docs" / "providers.md"
GUIDES = sorted((ROOT / "docs" / "providers").glob("*.md"))
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = [
    pytest.param(block, id=f"{guide.stem}-{number}")
    for guide in GUIDES
    for number, block in enumerate(BLOCK.findall(guide.read_text("utf-8")), start=1)
]


def account_in(block: str) -> Account:
    """The account of a configuration that a page shows, as if it stood in a folder."""
    (account,) = parse(block, ROOT / "config.toml", date(2026, 12, 1)).accounts
    return account


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_guide_shows_a_configuration_and_is_in_the_index(guide: Path) -> None:
    """Somebody looks for it, and copies from it."""
    text = guide.read_text("utf-8")
    assert BLOCK.search(text)
    assert f"](providers/{guide.name})" in INDEX.read_text("utf-8")
    assert not re.search("[!\u2014\u2013]", BLOCK.sub("", text))


@pytest.mark.parametrize("block", SHOWN)
def test_a_configuration_that_a_guide_shows_can_be_used(block: str) -> None:
    """Whoever copies it changes nothing but name, address and zone."""
    account = account_in(block)
    assert account.imap.security is not Security.NONE
    provider = preset_of(account.address.partition("@")[2])
    if provider is None:
        return
    ways = [
        (Protocol.IMAP, account.imap, provider.imap),
        (Protocol.SMTP, account.smtp, provider.smtp),
    ]
    for protocol, shown, known in ways:
        if shown is None or known is None:
            continue
        assert Server(shown.host, shown.port, shown.security) == known
        assert shown.username in (account.address, provider.username(account.address, protocol))
    if isinstance(account.imap.password, OAuth):
        assert account.imap.password.provider == provider.oauth
    else:
        assert provider.sign_in != (SignIn.OAUTH,)
    if account.approval_folder is not None and provider.private_certificate:
        assert account.copy_to_sent is not provider.files_own_copy


def test_every_provider_has_its_guide_or_stands_in_the_index() -> None:
    """Nobody wonders whether theirs is known."""
    index = INDEX.read_text("utf-8").replace("\n", " ")
    for provider in presets():
        if provider.guide:
            assert (ROOT / provider.guide).is_file(), provider.key
            continue
        name = re.sub(r" (\(.*\)|with a domain of your own.*)$", "", provider.name)
        assert name in index, provider.key


def test_a_way_to_sign_in_by_oauth_is_one_that_the_configuration_has() -> None:
    """What is proposed can be written down."""
    assert {each.oauth for each in presets() if each.oauth} == set(PROVIDERS)
