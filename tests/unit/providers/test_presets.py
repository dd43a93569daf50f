"""What is known of the providers is whole, agrees with the rest, and is found."""

from __future__ import annotations

import re

import pytest

from followupd.config import Security, parse
from followupd.config.accounts import is_loopback
from followupd.providers.presets import (
    Provider,
    SignIn,
    preset_of,
    preset_of_exchangers,
    presets,
    read,
)
from followupd.providers.servers import Protocol, Server, public_name
from followupd.smtp import files_own_copy

ADDRESS = "robin.doe@example.org"
ROW = """
[[providers]]
key = "example"
name = "Example"
domains = ["example.org"]
imap = "imap.example.org:993 tls"
sign_in = ["password"]
"""


every_provider = pytest.mark.parametrize("provider", presets(), ids=lambda each: each.key)


@every_provider
def test_a_provider_makes_a_configuration_that_can_be_used(provider: Provider) -> None:
    """Whatever is proposed to the user passes the check of the configuration."""
    assert provider.smtp is not None
    sign_in = 'password = { env = "PASSWORD" }'
    account = parse(
        f"""
        [user]
        name = "Robin Doe"
        timezone = "Europe/Berlin"
        language = "en"
        [[accounts]]
        name = "personal"
        address = "{ADDRESS}"
        [accounts.imap]
        host = "{provider.imap.host}"
        port = {provider.imap.port}
        security = "{provider.imap.security.value}"
        username = "{provider.username(ADDRESS)}"
        {sign_in}
        [accounts.smtp]
        host = "{provider.smtp.host}"
        port = {provider.smtp.port}
        security = "{provider.smtp.security.value}"
        username = "{provider.username(ADDRESS, Protocol.SMTP)}"
        """
    ).accounts[0]
    assert account.smtp is not None
    assert (account.imap.host, account.smtp.host) == (provider.imap.host, provider.smtp.host)


@every_provider
def test_a_providers_servers_are_protected_and_named_in_public(provider: Provider) -> None:
    """Only a program on this very machine has an address in place of a name, and says why."""
    for server in (provider.imap, provider.smtp):
        assert server is not None
        assert server.security is not Security.NONE
        assert provider.private_certificate == is_loopback(server.host)
        assert provider.private_certificate or public_name(server.host) == server.host


@every_provider
def test_a_provider_that_files_its_copy_is_one_that_sending_knows(provider: Provider) -> None:
    """Nobody gets a second copy in Sent, and nobody gets none."""
    assert provider.smtp is not None
    known = files_own_copy(provider.smtp.host)
    assert provider.files_own_copy == (known or provider.private_certificate)


@every_provider
def test_what_a_provider_tells_the_user_is_short_and_whole(provider: Provider) -> None:
    """The sentences are printed as they stand."""
    said = [each for way in provider.sign_in for each in provider.first(way)]
    for sentence in (*said, *provider.notes):
        assert sentence.endswith("."), sentence
        assert len(sentence) <= 280, sentence
        assert not re.search("[!\u2014\u2013]|  ", sentence), sentence


@every_provider
def test_a_providers_domains_can_stand_in_an_address(provider: Provider) -> None:
    """A misspelled row would never be found."""
    for domain in (*provider.domains, *provider.exchangers):
        assert public_name(domain) == domain


@pytest.mark.parametrize(
    ("domain", "key"),
    [
        ("gmail.com", "gmail"),
        ("GoogleMail.com", "gmail"),
        ("gmail.com.", "gmail"),
        ("outlook.com", "outlook"),
        ("hotmail.co.uk", "outlook"),
        ("live.nl", "outlook"),
        ("msn.com", "outlook"),
        ("icloud.com", "icloud"),
        ("me.com", "icloud"),
        ("mac.com", "icloud"),
        ("yahoo.com", "yahoo"),
        ("yahoo.co.uk", "yahoo"),
        ("ymail.com", "yahoo"),
        ("aol.com", "aol"),
        ("verizon.net", "aol"),
        ("fastmail.com", "fastmail"),
        ("gmx.de", "gmx"),
        ("gmx.net", "gmx"),
        ("gmx.at", "gmx"),
        ("gmx.ch", "gmx"),
        ("gmx.com", "gmx-com"),
        ("web.de", "webde"),
        ("t-online.de", "t-online"),
        ("mail.com", "mail-com"),
        ("proton.me", "proton"),
        ("protonmail.com", "proton"),
        ("zoho.eu", "zoho-eu"),
        ("posteo.de", "posteo"),
        ("mailbox.org", "mailbox-org"),
        ("free.fr", "free-fr"),
        ("orange.fr", "orange-fr"),
        ("yandex.ru", "yandex"),
        ("mail.ru", "mail-ru"),
        ("comcast.net", "comcast"),
    ],
)
def test_a_provider_is_known_by_its_domain(domain: str, key: str) -> None:
    """The domains that most people have need no look into the network."""
    provider = preset_of(domain)
    assert provider is not None
    assert provider.key == key


@pytest.mark.parametrize("domain", ["example.org", "mail.gmail.com", "gmail.co", "", "yahoo.co.jp"])
def test_another_domain_is_no_providers(domain: str) -> None:
    """A domain that only looks like one may belong to anybody."""
    assert preset_of(domain) is None


@pytest.mark.parametrize(
    ("exchangers", "key"),
    [
        (("aspmx.l.google.com", "alt1.aspmx.l.google.com"), "google-workspace"),
        (("smtp.google.com",), "google-workspace"),
        (("example-org.mail.protection.outlook.com",), "microsoft-365"),
        (("example-org.f-v1.mx.microsoft",), "microsoft-365"),
        (("outlook-com.olc.protection.outlook.com",), "outlook"),
        (("in1-smtp.messagingengine.com", "in2-smtp.messagingengine.com"), "fastmail"),
        (("mx.zoho.eu", "mx2.zoho.eu"), "zoho-own-domain-eu"),
        (("mail.protonmail.ch", "mailsec.protonmail.ch"), "proton"),
        (("mxext1.mailbox.org",), "mailbox-org"),
        (("mx01.mail.icloud.com",), "icloud-own-domain"),
        (("mta-gw.infomaniak.ch",), "infomaniak"),
        (("mx00.ionos.de",), "ionos-de"),
        (("smtpin.rzone.de",), "strato"),
        (("mx1.mail.ovh.net",), "ovh"),
        (("aspmx1.migadu.com",), "migadu"),
        (("mailserver.purelymail.com",), "purelymail"),
    ],
)
def test_a_domain_of_ones_own_is_known_by_its_exchangers(
    exchangers: tuple[str, ...], key: str
) -> None:
    """Who receives the mail keeps the mailbox, with a provider of this kind."""
    provider = preset_of_exchangers(exchangers)
    assert provider is not None
    assert provider.key == key


@pytest.mark.parametrize(
    "exchangers",
    [
        (),
        ("mail.example.org",),
        ("notgoogle.com",),
        ("google.com.example.org",),
        ("mail.example.org", "aspmx.l.google.com"),
    ],
)
def test_only_the_first_exchangers_whole_name_counts(exchangers: tuple[str, ...]) -> None:
    """A backup elsewhere, or a name that only looks alike, says nothing."""
    assert preset_of_exchangers(exchangers) is None


def test_icloud_wants_two_user_names() -> None:
    """Before the @ for IMAP, the whole address for sending."""
    provider = preset_of("icloud.com")
    assert provider is not None
    assert provider.username("robin@icloud.com") == "robin"
    assert provider.username("robin@icloud.com", Protocol.SMTP) == "robin@icloud.com"


def test_microsoft_takes_no_password() -> None:
    """Its users are not asked for one."""
    for domain in ("outlook.com", "hotmail.com"):
        provider = preset_of(domain)
        assert provider is not None
        assert provider.sign_in == (SignIn.OAUTH,)
        assert "https://entra.microsoft.com" in " ".join(provider.first(SignIn.OAUTH))


def test_an_app_password_is_explained_only_where_one_is_wanted() -> None:
    """With OAuth nobody needs one."""
    provider = preset_of("gmail.com")
    assert provider is not None
    assert "myaccount.google.com/apppasswords" in " ".join(provider.first(SignIn.APP_PASSWORD))
    assert "apppasswords" not in " ".join(provider.first(SignIn.OAUTH))


def test_a_row_is_read_as_it_stands() -> None:
    """The least that a row has."""
    (provider,) = read(ROW)
    assert provider.imap == Server("imap.example.org", 993, Security.TLS)
    assert provider.smtp is None
    assert provider.username(ADDRESS) == ADDRESS


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('key = "example"\n', ""), "'key'"),
        (("993 tls", "993 ssl"), "'ssl' is not a valid Security"),
        (("993 tls", "none tls"), "invalid literal"),
        (('["password"]', '["passwort"]'), "not a valid SignIn"),
        (('["password"]', "[]"), "no way to sign in"),
        (('["password"]', '["oauth"]'), "oauth is named in one place only"),
        (('["password"]', '["oauth"]\noauth = "google"'), "oauth is named in one place only"),
        (
            ('["password"]', '["oauth"]\noauth = "google"\noauth_client = ["Ask."]'),
            "OAuth needs a guide",
        ),
        (('["password"]', '["app_password"]'), "app passwords are named in one place only"),
        (('["password"]', '["password"]\nhots = "x"'), "hots"),
        (('domains = ["example.org"]\n', ""), "nothing is recognised by it"),
        (("example.org", "Example.org"), "lower case"),
        (("[[providers]]", "[[providers"), "cannot be read"),
    ],
)
def test_a_broken_row_is_named(change: tuple[str, str], said: str) -> None:
    """Whoever changes the file learns where it is wrong."""
    with pytest.raises(ValueError, match=re.escape(said)) as raised:
        read(ROW.replace(*change, 1))
    assert str(raised.value).startswith("providers.toml")


def test_two_rows_never_claim_the_same_domain() -> None:
    """Else it would depend on their order which one is proposed."""
    with pytest.raises(ValueError, match=r"both have example\.org"):
        read(ROW + ROW.replace('"example"', '"another"'))
