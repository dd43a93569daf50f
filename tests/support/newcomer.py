"""A conversation with the questions of `init`, with a world that a test writes down."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from followupd.cli.init.outside import Outside
from followupd.cli.init.places import Place
from followupd.cli.init.questions import init_questions
from followupd.cli.init.wishes import Wishes
from followupd.config import OAuth, PasswordKind, PasswordSource, Security
from followupd.errors import AuthenticationError, ConnectionLost, ServerRefused
from followupd.mailbox.responses import Folder
from followupd.providers.finding import Candidate, Found, How
from followupd.providers.presets import preset_of
from followupd.providers.servers import Protocol, Server
from followupd.providers.trying import Trial
from followupd.secrets import Secret
from followupd.secrets.fitting import Offer

if TYPE_CHECKING:
    from followupd.cli.asking import Question
    from followupd.cli.init.questions import Plan
    from followupd.config import Account, Imap, Settings, Smtp

RIGHT = "the right password"
GRANTED = "an access token"
ADDRESS = "robin@example.org"
IMAP = Server("imap.example.org", 993, Security.TLS)
SMTP = Server("smtp.example.org", 465, Security.TLS)
DESKTOP = Place("Europe/Berlin", "DE", "de", ("en", "de", "es", "fr"))
FOLDERS = (
    Folder("INBOX", frozenset(), "/"),
    Folder("Drafts", frozenset({"\\drafts"}), "/"),
    Folder("Sent", frozenset({"\\sent"}), "/"),
    Folder("Trash", frozenset({"\\trash"}), "/"),
    Folder("Old", frozenset(), "/"),
)
IN_KEYRING = Offer(PasswordSource(PasswordKind.KEYRING, ""), True, "the keyring of your desktop")
IN_FILE = Offer(PasswordSource(PasswordKind.FILE, "/home/robin/x.password"), True, "a file")


def candidate(server: Server, how: How = How.SRV, *, is_outside: bool = False) -> Candidate:
    """A server that was found."""
    return Candidate(server, ADDRESS, how, (), is_outside, "the domain's DNS names it (SRV)")


@dataclass
class World:
    """What the questions come upon.

    Attributes:
        imap: what is found for the address, best first.
        smtp: likewise.
        is_known: whether the domain exists.
        there: the servers that can be reached; None for all.
        private: those whose certificate is not trusted without a file.
        usernames: whom the server takes; None for everybody.
        folders: in the mailbox.
        place: where the machine is.
        offers: what there is to keep a password in.
        grants: whether the provider grants.
        clients: those that it knows; None for all.
        told: what was said without a question.
        asked: whom a password or a token was shown to.
        kept: what was put into files before the end.
    """

    imap: tuple[Candidate, ...] = (candidate(IMAP),)
    smtp: tuple[Candidate, ...] = (candidate(SMTP),)
    is_known: bool = True
    there: tuple[Server, ...] | None = None
    private: tuple[Server, ...] = ()
    usernames: tuple[str, ...] | None = None
    folders: tuple[Folder, ...] = FOLDERS
    place: Place = DESKTOP
    offers: tuple[Offer, ...] = (IN_KEYRING, IN_FILE)
    grants: bool = True
    clients: tuple[str, ...] | None = None
    password: Secret | None = None
    told: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    kept: list[tuple[PasswordSource, str]] = field(default_factory=list)

    def outside(self) -> Outside:
        """As the questions are handed it."""
        return Outside(
            name="Robin Doe",
            place=self.place,
            folder=Path("/home/robin"),
            tell=self.told.append,
            find=self._find,
            try_imap=lambda server, ca_file: self._try(Protocol.IMAP, server, ca_file),
            try_smtp=lambda server, ca_file: self._try(Protocol.SMTP, server, ca_file),
            offers=lambda _: self.offers,
            sign_in=self._sign_in,
            sign_in_smtp=self._sign_in_smtp,
            grant=self._grant,
            put=lambda source, secret: self.kept.append((source, secret.reveal())),
            is_file=lambda path: path.name == "bridge.pem",
            password=self.password,
        )

    def _find(self, address: str) -> Found:
        domain = address.rpartition("@")[2]
        provider = preset_of(domain)
        if provider is None:
            known = self.is_known or domain != "exmaple.org"
            return Found(address, domain, None, self.imap, self.smtp, (), known)
        why = f"{provider.name} has it so"
        ways = provider.sign_in
        name = provider.username(address)
        imap = Candidate(provider.imap, name, How.PRESET, ways, False, why)
        smtp = provider.smtp
        name = provider.username(address, Protocol.SMTP)
        sends = (Candidate(smtp, name, How.PRESET, ways, False, why),) if smtp else ()
        return Found(address, domain, provider, (imap,), sends)

    def _try(self, protocol: Protocol, server: Server, ca_file: Path | None) -> Trial:
        if server in self.private and ca_file is None:
            error = ConnectionLost(f"{server.host}: the certificate is its own")
            error.__cause__ = _certificate_error()
            return Trial(server, protocol, error)
        if self.there is not None and server not in self.there:
            return Trial(server, protocol, ConnectionLost(f"{server.host}: nobody is there"))
        return Trial(server, protocol)

    def _sign_in(self, account: str, imap: Imap, secret: Secret | None) -> tuple[Folder, ...]:
        self.asked.append(imap.host)
        is_right = secret is None or secret.reveal() in (RIGHT, GRANTED)
        is_user = self.usernames is None or imap.username in self.usernames
        if not (is_right and is_user):
            raise AuthenticationError(f"{imap.host} refused the login of {imap.username}")
        return self.folders

    def _sign_in_smtp(self, account: str, smtp: Smtp, secret: Secret | None) -> None:
        self.asked.append(smtp.host)

    def _grant(self, account: Account) -> Secret:
        if not self.grants:
            raise AuthenticationError("the user said no")
        oauth = account.imap.password
        if isinstance(oauth, OAuth) and self.clients and oauth.client_id not in self.clients:
            raise ServerRefused("it does not know this client")
        return Secret(GRANTED)


def _certificate_error() -> BaseException:
    import ssl

    return ssl.SSLCertVerificationError("self-signed certificate")


class Talk:
    """The conversation; `wishes` is what was typed after `init`."""

    def __init__(
        self,
        world: World | None = None,
        wishes: Wishes | None = None,
        known: Settings | None = None,
    ) -> None:
        """Begin."""
        self.world = world or World()
        self.wishes = wishes or Wishes()
        self.plan: Plan | None = None
        self.asked: list[Question] = []
        self._questions = init_questions(self.wishes, known, self.world.outside())
        self._next(None)

    def _next(self, answer: str | None) -> None:
        try:
            self.asked.append(
                next(self._questions) if answer is None else self._questions.send(f"{answer}\n")
            )
        except StopIteration as end:
            self.plan = end.value

    def say(self, *answers: str) -> Talk:
        """Answer the next questions."""
        for answer in answers:
            assert self.plan is None, f"nobody asked for {answer!r}"
            self._next(answer)
        return self

    def rest(self) -> Plan:
        """Press Enter until there is nothing more to ask."""
        while self.plan is None:
            assert len(self.asked) < 60, f"it goes on asking: {self.now.text}"
            self._next("")
        return self.plan

    def until(self, prompt: str) -> Talk:
        """Press Enter until a question that holds `prompt`."""
        while prompt not in self.now.text:
            assert self.plan is None, f"it never asked {prompt!r}"
            self._next("")
        return self

    @property
    def now(self) -> Question:
        """The question that waits for an answer."""
        return self.asked[-1]

    @property
    def before(self) -> str:
        """What was said before it."""
        return "\n".join(self.now.before)

    @property
    def account(self) -> Account:
        """What it came to."""
        assert self.plan is not None
        return self.plan.account
