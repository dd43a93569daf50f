"""The questions of `init`, without a terminal: few, in order, and every wrong answer explained."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.cli.arguments import build_parser, parse
from followupd.cli.init.questions import init_questions
from followupd.cli.init.sending import usual_folder
from followupd.cli.init.server_words import read_server
from followupd.cli.init.wishes import (
    TEXTS,
    Wishes,
    command_line,
    option,
    refuse_incomplete,
    wishes_of,
)
from followupd.config import (
    Digest,
    DigestWay,
    OAuth,
    PasswordKind,
    PasswordSource,
    Security,
)
from followupd.config import parse as read_settings
from followupd.domain.interview import Register
from followupd.errors import ConnectionLost, FollowupdError, UsageError
from followupd.mailbox.responses import Folder
from followupd.providers.finding import Found, How
from followupd.providers.servers import Protocol, Server
from followupd.secrets import Secret
from tests.support.cli import CONFIG
from tests.support.newcomer import ADDRESS, GRANTED, IMAP, IN_FILE, RIGHT, Talk, World, candidate

KEYRING = PasswordSource(PasswordKind.KEYRING, "")


def test_who_has_a_domain_of_their_own_answers_three_questions_and_presses_enter() -> None:
    """Name, server and all else are proposed; only the address and the password are typed."""
    talk = Talk().say("", ADDRESS, "", "", RIGHT)
    plan = talk.rest()
    assert len(talk.asked) <= 12
    assert (plan.settings.user.name, plan.account.address) == ("Robin Doe", ADDRESS)
    assert (plan.account.imap.host, plan.account.imap.password) == (IMAP.host, KEYRING)
    user = plan.settings.user
    assert (user.timezone.key, user.holidays, user.language) == ("Europe/Berlin", "DE", "de")
    assert user.register is Register.FORMAL
    assert (plan.account.smtp, plan.account.approval_folder) == (None, None)
    assert plan.settings.digest is None
    assert plan.is_signed_in
    assert plan.secret is not None


def test_at_gmail_it_is_said_what_to_switch_on_before_the_password_is_asked_for() -> None:
    """And the blanks of an app password, as Google prints it, are left out."""
    talk = Talk(World()).say("", "robin@gmail.com", "")
    assert "app password" in talk.before
    talk.say("", "abcd efgh ijkl mnop")
    assert talk.world.asked == ["imap.gmail.com"]
    assert talk.world.told == ["IMAP server: imap.gmail.com:993 (TLS); Gmail has it so."]
    assert "The blanks are left out" in talk.before
    talk.until("Password of").say(RIGHT)
    plan = talk.rest()
    assert plan.account.imap.host == "imap.gmail.com"
    assert plan.account.imap.username == "robin@gmail.com"
    # Two of them were for the password that was wrong.
    assert len(talk.asked) - 2 <= 12


def test_a_server_outside_the_domain_gets_no_password_without_a_yes() -> None:
    """An answer of the DNS can be forged; Enter means no."""
    elsewhere = Server("imap.elsewhere.example", 993, Security.TLS)
    talk = Talk(World(imap=(candidate(elsewhere, is_outside=True),))).say("", ADDRESS)
    assert "lies outside the domain of your address" in talk.before
    talk.say("")
    assert "IMAP server" in talk.now.text
    talk.say("imap.example.org").until("Password of").say(RIGHT)
    assert talk.rest().account.imap.host == "imap.example.org"
    assert talk.world.asked == ["imap.example.org"]


def test_a_server_that_is_not_there_is_asked_for_again_with_the_reason() -> None:
    """As often as it takes."""
    talk = Talk(World(imap=(), there=(IMAP,))).say("", ADDRESS, "imap.wrong.example")
    assert "imap.wrong.example: nobody is there." in talk.before
    talk.say("imap.example.org:999999")
    assert "is no port" in talk.before
    talk.say("imap.example.org")
    assert "Where is the password kept" in talk.now.text


def test_a_certificate_of_its_own_is_trusted_by_its_file() -> None:
    """As Proton Mail Bridge has one; a file that is not there is asked for again."""
    bridge = Server("127.0.0.1", 1143, Security.STARTTLS)
    talk = Talk(World(imap=(), private=(bridge,))).say("", ADDRESS, "127.0.0.1:1143")
    assert "Certificate file" in talk.now.text
    talk.say("/nowhere.pem")
    assert "There is no file" in talk.before
    talk.say("/home/robin/bridge.pem").until("Password of").say(RIGHT)
    imap = talk.rest().account.imap
    assert (imap.security, imap.ca_file) == (Security.STARTTLS, Path("/home/robin/bridge.pem"))


def test_a_misspelled_domain_is_told_before_anything_else() -> None:
    """The address is asked for once more, and the right one is taken."""
    talk = Talk(World(is_known=False)).say("", "robin@exmaple.org")
    assert "exmaple.org is not known" in talk.before
    talk.say(ADDRESS, "", "", RIGHT)
    assert talk.rest().account.address == ADDRESS


def test_a_wrong_user_name_is_put_right_with_the_password() -> None:
    """Many servers want the part before the @ only."""
    talk = Talk(World(usernames=("robin",))).say("", ADDRESS, "", "", RIGHT)
    assert "refused the login" in talk.before
    talk.say("robin", RIGHT)
    plan = talk.rest()
    assert plan.account.imap.username == "robin"
    assert plan.is_signed_in


def test_after_three_wrong_passwords_it_goes_on_without() -> None:
    """Servers lock who guesses; what was wrong is not stored."""
    talk = Talk().say("", ADDRESS, "", "")
    talk.say("wrong", "", "wrong", "", "wrong")
    assert "followupd login personal" in talk.now.text
    plan = talk.rest()
    assert not plan.is_signed_in
    assert plan.secret is None
    assert len(talk.world.asked) == 3


def test_an_empty_password_is_asked_for_again() -> None:
    """Nobody has one."""
    talk = Talk().say("", ADDRESS, "", "", "")
    assert "A password is needed" in talk.before
    assert talk.now.is_secret
    assert talk.world.asked == []


def test_where_the_server_takes_no_password_the_browser_is_used() -> None:
    """With a client id of the user's own; the tokens go where this machine keeps secrets."""
    talk = Talk().say("", "robin@outlook.com")
    assert talk.now.text.startswith("Client id")
    assert "docs/providers" in talk.before
    talk.say("", "1234-abcd", "")
    plan = talk.rest()
    assert plan.account.imap.password == OAuth("microsoft", "1234-abcd", None, KEYRING)
    assert plan.is_signed_in
    assert plan.secret is not None
    assert plan.secret.reveal() == GRANTED


def test_a_grant_that_was_not_given_can_be_given_later() -> None:
    """The rest of the answers is not lost by it."""
    talk = Talk(World(grants=False)).say("", "robin@outlook.com", "1234-abcd", "")
    assert "the user said no" in talk.before
    talk.say("no")
    plan = talk.rest()
    assert not plan.is_signed_in
    assert isinstance(plan.account.imap.password, OAuth)


def test_the_place_of_the_password_may_be_named_outright() -> None:
    """A command of the user's own; how to fill it is said."""
    talk = Talk().say("", ADDRESS, "", "comand:pass show mail")
    assert "did you mean command?" in talk.before
    assert "pass show mail" not in talk.before
    talk.say("command:pass show mail")
    assert "pass insert" in talk.before
    talk.say("")
    source = talk.rest().account.imap.password
    assert source == PasswordSource(PasswordKind.COMMAND, "pass show mail")


def test_folders_that_are_wrong_are_chosen_from_the_list() -> None:
    """By number or by name; what would be found anyway is not written down."""
    talk = Talk().say("", ADDRESS, "", "", RIGHT)
    assert "Drafts: Drafts (as the server marks it)." in talk.before
    talk.say("no", "Nowhere")
    assert "There is no folder" in talk.before
    talk.say("", "old", "", "1, 5")
    assert "Sent: Old (as you configured it)." in talk.before
    imap = talk.rest().account.imap
    assert (imap.drafts, imap.sent, imap.trash) == (None, "Old", None)
    assert imap.folders == ("INBOX", "Old")


def test_a_mailbox_without_drafts_asks_which_folder_to_use() -> None:
    """Nothing is created unasked."""
    folders = (Folder("INBOX", frozenset(), "/"), Folder("Mine", frozenset(), "/"))
    talk = Talk(World(folders=folders)).say("", ADDRESS, "", "", RIGHT)
    assert "no folder for drafts" in talk.before
    talk.say("")
    assert "A folder is needed here" in talk.before
    talk.say("2")
    assert talk.rest().account.imap.drafts == "Mine"


@pytest.mark.parametrize("name", ["Robin\x1b[31m", "Robin\u202eeoD", "x" * 300, "Ro\0bin"])
def test_a_name_that_would_harm_a_header_or_a_terminal_is_asked_for_again(name: str) -> None:
    """It stands in From."""
    talk = Talk().say(name)
    assert "Your name is needed" in talk.before


def test_a_machine_in_utc_says_nothing_about_its_user() -> None:
    """The zone is asked for without a proposal; a city is enough."""
    place = replace(World().place, zone="", territory="")
    talk = Talk(World(place=place)).until("Your address").say(ADDRESS).until("Password").say(RIGHT)
    talk.until("Your time zone").say("", "Mars/Olympus", "new york")
    assert "Whose public holidays" in talk.now.text
    talk.say("ZZ")
    assert "no country that is known" in talk.before
    talk.say("ca")
    user = talk.rest().settings.user
    assert (user.timezone.key, user.holidays) == ("America/New_York", "US-CA")


def test_approved_drafts_need_a_folder_that_is_there() -> None:
    """It is never the inbox or another that serves something else."""
    talk = Talk().say("", ADDRESS, "", "", RIGHT).until("Is a draft to be sent").say("yes")
    talk.say("Drafts")
    assert "accounts[].approval.folder" in talk.before
    talk.say("Inbox")
    assert "serves something else" in talk.before
    talk.say("")
    assert "There is no folder Followups/Send yet" in talk.before
    talk.world.folders = (*talk.world.folders, Folder("Followups/Send", frozenset(), "/"))
    talk.say("", "")
    account = talk.rest().account
    assert account.approval_folder == "Followups/Send"
    assert account.smtp is not None
    assert account.smtp.host == "smtp.example.org"
    assert talk.world.asked[-1] == "smtp.example.org"


@pytest.mark.parametrize(
    ("names", "mark", "expected"),
    [
        (("INBOX", "Drafts"), "/", "Followups/Send"),
        (("INBOX", "Drafts"), ".", "Followups.Send"),
        (("INBOX", "INBOX.Drafts", "INBOX.Sent"), ".", "INBOX.Followups.Send"),
        ((), "/", "Followups/Send"),
        (("INBOX", "Folders", "Folders/Jobs", "Labels"), "/", "Folders/Followups Send"),
    ],
)
def test_the_approval_folder_is_spelled_as_the_server_spells_folders(
    names: tuple[str, ...], mark: str, expected: str
) -> None:
    """Its mark between levels, and below the inbox, or what Bridge has for it, where all are."""
    empty = frozenset({"\\noselect"})
    folders = [
        Folder(name, empty if name in ("Folders", "Labels") else frozenset(), mark)
        for name in names
    ]
    assert usual_folder(folders) == expected


def test_a_digest_comes_when_it_is_asked_for() -> None:
    """A time that is none is asked for again."""
    talk = Talk().say("", ADDRESS, "", "", RIGHT).until("When is it").say("8", "07:30")
    digest = talk.rest().settings.digest
    assert digest is not None
    assert (f"{digest.at:%H:%M}", digest.via) == ("07:30", DigestWay.IMAP)


def test_enter_keeps_everything_that_was_configured_before() -> None:
    """Nothing changes by pressing Enter all the way."""
    known = read_settings(CONFIG)
    talk = Talk(known=known)
    assert "personal" in talk.now.text
    plan = talk.rest()
    assert plan.settings == known
    assert plan.secret is None


def test_a_language_without_letters_stays_where_it_was_configured() -> None:
    """It was chosen with its consequences known."""
    known = read_settings(CONFIG.replace("[user]", '[user]\nlanguage = "it"'))
    assert Talk(known=known).rest().settings.user.language == "it"
    talk = Talk().say("", ADDRESS, "", "", RIGHT).until("Language of your letters").say("it")
    assert "There are no letters in" in talk.before


def test_one_more_account_does_not_ask_again_who_and_where_the_user_is() -> None:
    """Name, zone and letters are those of the user, not of the account."""
    known = read_settings(CONFIG)
    talk = Talk(known=known).say("work", "robin@work.example", "", "", RIGHT)
    plan = talk.rest()
    assert len(talk.asked) <= 7
    assert [account.name for account in plan.settings.accounts] == ["personal", "work"]
    assert plan.settings.user == known.user


# By options


def _by_options(**typed: str) -> Wishes:
    wishes = Wishes(asks=False)
    for name, value in typed.items():
        setattr(wishes, name, value)
    return wishes


def test_everything_that_is_missing_is_named_at_once() -> None:
    """A script is put right in one go."""
    with pytest.raises(UsageError) as caught:
        refuse_incomplete(Wishes(asks=False, oauth_provider="google"), None, "")
    said = str(caught.value)
    assert all(name in said for name in ("--name", "--address", "--client-id", "--timezone"))
    assert "--password-stdin" not in said


def test_what_is_configured_is_not_missing() -> None:
    """A script that changes one thing names that one."""
    known = read_settings(CONFIG)
    refuse_incomplete(Wishes(asks=False, account="personal"), known, "")
    refuse_incomplete(Wishes(asks=False, address="robin@example.org"), known, "")
    with pytest.raises(UsageError, match="--address"):
        refuse_incomplete(Wishes(asks=False, account="work"), known, "")


def test_a_script_takes_what_was_found_and_the_defaults() -> None:
    """Nobody is asked anything."""
    wishes = _by_options(name="Robin Doe", address=ADDRESS)
    talk = Talk(World(password=Secret(RIGHT)), wishes)
    assert talk.plan is not None
    assert talk.asked == []
    assert talk.account.imap.host == IMAP.host
    assert talk.plan.secret is not None


@pytest.mark.parametrize(
    ("world", "typed", "expected"),
    [
        (World(imap=(candidate(IMAP, is_outside=True),)), {}, "--imap-host imap.example.org"),
        (World(imap=()), {}, "--imap-host"),
        (World(there=()), {}, "nobody is there"),
        (World(), {"timezone": "Mars"}, "--timezone"),
        (World(smtp=()), {"approval_folder": "Old"}, "--smtp-host"),
        (World(), {"holidays": "DE-XX"}, "--holidays"),
        (World(), {"digest_at": "8"}, "--digest-at"),
        (World(), {"approval_folder": "Nowhere"}, "--approval-folder"),
        (World(), {"drafts": "Nowhere"}, "Nowhere"),
        (World(), {"account": "no name"}, "--account"),
        (World(), {"password_from": RIGHT}, "--password-from"),
        (World(), {"imap_port": "x"}, "is no port"),
        (World(), {"imap_security": "none"}, "clear text"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    world: World, typed: dict[str, str], expected: str
) -> None:
    """The option is named, and never a password that was typed in its place."""
    world.password = Secret(RIGHT)
    with pytest.raises(FollowupdError) as caught:
        Talk(world, _by_options(name="Robin Doe", address=ADDRESS, **typed))
    assert expected in str(caught.value)
    assert RIGHT not in str(caught.value)


def test_a_server_that_is_away_fails_a_script() -> None:
    """With the server's own reason."""
    with pytest.raises(ConnectionLost, match="nobody is there"):
        Talk(World(there=()), _by_options(name="Robin", address=ADDRESS, password_from="keyring"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("imap.example.org", Server("imap.example.org", 993, Security.TLS)),
        ("IMAP.example.org:143", Server("imap.example.org", 143, Security.STARTTLS)),
        ("imap.example.org:1993 tls", Server("imap.example.org", 1993, Security.TLS)),
        ("imap.example.org starttls", Server("imap.example.org", 143, Security.STARTTLS)),
        ("[::1]:1143 none", Server("::1", 1143, Security.NONE)),
        ("::1", Server("::1", 993, Security.TLS)),
    ],
)
def test_a_server_is_understood_as_people_write_it(typed: str, expected: Server) -> None:
    """Host, port and protection; what is left out is what is usual."""
    assert read_server(typed, Protocol.IMAP) == expected


@pytest.mark.parametrize(
    "typed", ["https://x.example", "a b c", "x.example:0", "x.example tsl", "x.example none", "-"]
)
def test_what_is_no_server_is_refused(typed: str) -> None:
    """In words, and nothing is tried."""
    with pytest.raises(UsageError):
        read_server(typed, Protocol.IMAP)


LINES = st.fixed_dictionaries(
    {name: st.none() | st.text(min_size=1, max_size=12) for name in TEXTS if name != "register"}
)


@settings(max_examples=40)
@given(typed=LINES)
def test_the_line_that_goes_on_says_what_was_answered(typed: dict[str, str | None]) -> None:
    """Whatever letters an answer has, a shell and the parser give it back."""
    wishes = Wishes()
    for name, value in typed.items():
        # A shell takes no NUL, and a terminal gives none.
        setattr(wishes, name, value.replace("\0", "") or None if value else None)
    argv = shlex.split(command_line(wishes, None))
    found = wishes_of(parse(build_parser(), argv[1:]), asks=True)
    assert found == wishes


def test_every_wish_has_its_option() -> None:
    """What can be answered can be typed."""
    argv = [word for name in TEXTS for word in (option(name), "x")]
    found = wishes_of(parse(build_parser(), ["init", *argv]), asks=False)
    assert all(getattr(found, name) == "x" for name in TEXTS)


def test_a_digest_that_was_configured_stays_as_it_was() -> None:
    """Only its time is asked for."""
    known = read_settings(CONFIG + '[digest]\nat = "06:00"\n')
    talk = Talk(known=known)
    plan = talk.until("When is it").say("06:30").plan
    assert plan is not None
    before = known.digest
    assert isinstance(before, Digest)
    assert plan.settings.digest == replace(before, at=before.at.replace(minute=30))


def test_a_guess_is_proposed_and_not_just_taken() -> None:
    """Enter takes it, and something else may be typed."""
    talk = Talk(World(imap=(candidate(IMAP, How.GUESS),))).say("", ADDRESS)
    assert talk.now.text.startswith("IMAP server (Enter: imap.example.org:993 (TLS))")


def test_a_client_secret_that_is_typed_goes_into_a_file_of_its_own() -> None:
    """Google gives one; it is not shown, and the configuration only says where it lies."""
    talk = Talk().say("", "robin@gmail.com", "browser", "1234.apps.googleusercontent.com")
    assert talk.now.is_secret
    talk.say("GOCSPX-something")
    source = PasswordSource(PasswordKind.FILE, "/home/robin/personal.client-secret")
    assert talk.world.kept == [(source, "GOCSPX-something")]
    grant = talk.rest().account.imap.password
    assert isinstance(grant, OAuth)
    assert (grant.provider, grant.client_secret) == ("google", source)


def test_a_bridge_that_does_not_run_yet_is_explained_where_it_is_missed() -> None:
    """Proton's mailbox is on this machine, and nowhere else."""
    talk = Talk(World(there=())).say("", "robin@proton.me")
    assert "127.0.0.1: nobody is there." in talk.before
    assert "Bridge" in talk.before


def test_an_address_on_a_network_of_ones_own_is_no_mistake() -> None:
    """Nobody can be asked about it, so the server is."""

    def refusing(address: str) -> Found:
        raise UsageError("that is no domain")

    world = World()
    outside = replace(world.outside(), find=refusing)
    questions = init_questions(Wishes(), None, outside)
    next(questions)
    questions.send("\n")
    assert "IMAP server" in questions.send("robin@home\n").text


def test_a_source_that_has_no_password_yet_is_tried_again_not_the_user_name() -> None:
    """The user puts it there meanwhile."""
    talk = Talk(World(usernames=())).say("", ADDRESS, "", "command:pass show mail", "")
    assert "Try again?" in talk.now.text
    talk.world.usernames = None
    assert talk.rest().is_signed_in


def test_options_that_cannot_be_used_are_asked_for_at_a_terminal() -> None:
    """Nothing is lost by a slip."""
    talk = Talk(wishes=Wishes(imap_host="imap.example.org", imap_port="x")).say("", ADDRESS)
    assert "is no port" in talk.before
    talk.say("imap.example.org")
    assert "Where is the password kept" in talk.now.text


def test_the_user_name_that_was_put_right_is_that_for_sending_as_well() -> None:
    """What was found by the address was wrong for both."""
    folders = (*World().folders, Folder("Followups/Send", frozenset(), "/"))
    talk = Talk(World(usernames=("robin",), folders=folders))
    talk.say("", ADDRESS, "", "", RIGHT, "robin", RIGHT).until("Is a draft to be sent").say("yes")
    account = talk.rest().account
    assert account.smtp is not None
    assert account.smtp.username == "robin"


WITH_APPROVAL = (*World().folders, Folder("Followups/Send", frozenset(), "/"))


def test_at_icloud_each_server_is_told_the_user_name_that_it_wants() -> None:
    """The mailbox what stands before the @, the server for sending the whole address."""
    talk = Talk(World(folders=WITH_APPROVAL), Wishes(name="R", address="robin.doe@icloud.com"))
    talk.say("", RIGHT).until("Is a draft to be sent").say("yes").rest()
    account = talk.account
    assert account.smtp is not None
    assert (account.imap.username, account.smtp.username) == ("robin.doe", "robin.doe@icloud.com")
    assert talk.wishes.smtp_username == "robin.doe@icloud.com"


@pytest.mark.parametrize(("address", "copies"), [("r@proton.me", False), ("r@gmail.com", None)])
def test_who_files_sent_mail_unseen_by_its_host_gets_no_second_copy(
    address: str, copies: bool | None
) -> None:
    """Bridge is this machine to every program; Gmail is known by its server."""
    talk = Talk(World(folders=WITH_APPROVAL), Wishes(name="R", address=address))
    talk.until("Where is the password").say("", RIGHT).until("Is a draft to be sent").say("yes")
    assert talk.rest().account.copy_to_sent is copies


def test_the_certificate_and_user_name_that_were_typed_hold_for_a_server_named_later() -> None:
    """Nobody names them twice."""
    here = Server("localhost", 1993, Security.TLS)
    wishes = Wishes(name="R", address=ADDRESS, ca_file="/x/bridge.pem", imap_username="rob")
    talk = Talk(World(imap=(), private=(here,)), wishes)
    talk.say("localhost:1993")
    assert "Where is the password kept" in talk.now.text
    imap = talk.say("", RIGHT).rest().account.imap
    assert (imap.username, imap.ca_file) == ("rob", Path("/x/bridge.pem"))


@pytest.mark.parametrize(("answer", "kept"), [("yes", "Followups/Send"), ("no", "none")])
def test_whether_drafts_are_sent_is_said_once(answer: str, kept: str) -> None:
    """Who goes on from an interruption is not asked again, nor loses the yes to an Enter."""
    talk = Talk(World(folders=WITH_APPROVAL)).say("R", ADDRESS, "", "", RIGHT)
    talk.until("Is a draft to be sent").say(answer)
    talk.until("When is it to lie")
    assert f"--approval-folder {kept}" in command_line(talk.wishes, None)
    again = Talk(World(folders=WITH_APPROVAL), talk.wishes).say(RIGHT).rest()
    assert again.account.approval_folder == (kept if answer == "yes" else None)


def test_the_line_that_goes_on_keeps_what_is_not_to_be_tried_or_installed() -> None:
    """It would try servers else, and ask for the service."""
    argv = shlex.split(command_line(Wishes(tries=False, service=False), None))
    found = wishes_of(parse(build_parser(), argv[1:]), asks=True)
    assert (found.tries, found.service) == (False, False)


def test_an_app_password_in_groups_may_be_given_by_a_script() -> None:
    """As it is printed: the blanks are no part of it."""
    world = World(password=Secret("abcd efgh ijkl mnop"))
    wishes = Wishes(name="R", address="r@gmail.com", asks=False, tries=False, has_password=True)
    plan = Talk(world, wishes).rest()
    assert plan.secret is not None
    assert plan.secret.reveal() == "abcdefghijklmnop"
    assert any("groups of four" in said for said in world.told)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("command:pass 'x", "without its end"),
        ("env:no-name", "no name of an environment variable"),
        ("credential:a/b", "not by a path"),
        ("file:~no-such-user-here/x", "home folder"),
    ],
)
def test_a_place_that_the_configuration_would_refuse_is_asked_for_again(
    source: str, said: str
) -> None:
    """At once, and not after the last question."""
    talk = Talk().say("R", ADDRESS, "").say(source)
    assert said in talk.before
    assert "Where is the password kept" in talk.now.text


def test_a_password_for_a_place_that_nobody_fills_is_refused() -> None:
    """Else it would be tried and forgotten, and the next start would lack it."""
    wishes = Wishes(name="R", address=ADDRESS, asks=False, password_from="env:MAIL_PASSWORD")
    with pytest.raises(UsageError, match="--password-stdin"):
        Talk(World(password=Secret(RIGHT)), wishes)


def test_a_domain_with_other_letters_is_spelled_for_the_user() -> None:
    """As the network spells it since 2008: ß is no ss."""
    talk = Talk().say("R", "robin@Straße.example")
    assert "robin@xn--strae-oqa.example" in talk.before
    with pytest.raises(UsageError, match=r"imap\.xn--mller-kva\.example"):
        read_server("imap.müller.example:993", Protocol.IMAP)


def test_a_name_that_differs_in_its_case_is_that_account() -> None:
    """Two of them could not be told apart."""
    known = read_settings(CONFIG)
    plan = Talk(World(), Wishes(account="PERSONAL"), known).rest()
    assert [account.name for account in plan.settings.accounts] == ["personal"]


def test_a_keyring_that_is_not_there_is_not_written_down() -> None:
    """The next start would find nothing in it."""
    world = World(offers=(IN_FILE,))
    talk = Talk(world).say("R", ADDRESS, "").say("keyring")
    assert "no keyring here" in talk.before
    talk.say("file")
    assert "Password of" in talk.now.text
    untried = Wishes(name="R", address=ADDRESS, password_from="keyring", asks=False, tries=False)
    assert Talk(world, untried).rest().account.imap.password == KEYRING


def test_a_client_id_that_the_provider_does_not_know_is_asked_for_again() -> None:
    """Trying the same one again would never end."""
    talk = Talk(World(clients=("right",)), Wishes(name="R", address="robin@outlook.com"))
    talk.until("Client id").say("wrong", "")
    assert "does not know this client" in talk.before
    grant = talk.say("yes", "right", "").rest().account.imap.password
    assert isinstance(grant, OAuth)
    assert grant.client_id == "right"


PRIVATE = CONFIG.replace(
    "[accounts.imap]", '[accounts.imap]\nca_file = "/x/own.pem"\nusername = "rob"'
)


@pytest.mark.parametrize(("field", "typed"), [("imap_username", "rob"), ("imap_port", "10")])
def test_a_change_to_a_server_keeps_what_else_is_known_of_it(field: str, typed: str) -> None:
    """Its certificate and the user name there are not lost by another port."""
    known = read_settings(PRIVATE)
    wishes = Wishes(account="personal", asks=False, tries=False, imap_security="none")
    setattr(wishes, field, typed)
    imap = Talk(World(), wishes, known).rest().account.imap
    assert (imap.username, imap.ca_file) == ("rob", Path("/x/own.pem"))
    talk = Talk(World(), Wishes(account="personal"), known).until("IMAP server")
    imap = talk.say("127.0.0.1:10 none").rest().account.imap
    assert (imap.port, imap.username, imap.ca_file) == (10, "rob", Path("/x/own.pem"))
