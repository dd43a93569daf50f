"""The parsers of the commands by which the user says what happened, and what they want."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from followupd.cli.parser import OUTCOMES, command, read_count, read_number, read_outcome
from followupd.domain.interview import Outcome

if TYPE_CHECKING:
    from followupd.cli.parser import Commands, Parser

_DAYS = '2026-12-04, "4 Dec", Fri or tomorrow'
_WHOM = "an address, or a name that only one of them has"


def add_deciding(commands: Commands) -> None:
    """Add the commands."""
    _add_what_happened(commands)
    _add_wishes(commands)
    _add_looking_back(commands)
    resolve = command(
        commands, "resolve", "resolving:resolve", "decide a possible reply, or list them", json=True
    )
    resolve.add_argument(
        "reply",
        metavar="REPLY",
        nargs="?",
        type=partial(read_number, shown_by="followupd resolve"),
        help="its number, as `followupd resolve` alone lists it",
    )
    answer = resolve.add_mutually_exclusive_group()
    answer.add_argument("--interview", metavar="ID", type=read_number, help="it answers this one")
    answer.add_argument("--none", action="store_true", help="it answers none")
    resolve.add_argument(
        "--outcome",
        metavar="O",
        type=read_outcome,
        help=f"what it says: {', '.join(OUTCOMES)}",
    )


def _deciding(commands: Commands, name: str, text: str) -> Parser:
    return command(commands, name, f"deciding:{name}", text, number=True)


def _add_what_happened(commands: Commands) -> None:
    answered = _deciding(commands, "answered", "an answer came, by mail, by telephone or in person")
    answered.add_argument(
        "--outcome",
        metavar="O",
        type=read_outcome,
        default=Outcome.OTHER,
        help=f"what it says: {', '.join(OUTCOMES)}; default: other",
    )
    _deciding(commands, "silent", "no answer has come: what was taken for one was none")
    decision = _deciding(commands, "decision", "the decision is now promised for another day")
    decision.add_argument("date", metavar="DATE", help=f"such as {_DAYS}")
    called = _deciding(
        commands, "called", "you called; the sheet for the call is taken back from Drafts"
    )
    called.add_argument("--to", metavar="PERSON", help=_WHOM)
    called.add_argument("--note", metavar="N", default="", help="what came of it")
    done = _deciding(
        commands, "done", "you did what only you can do, such as answering what they asked for"
    )
    done.add_argument(
        "task",
        metavar="TASK",
        nargs="?",
        help="which, as `followupd plan` shows it; needed where there are several",
    )
    sent = command(
        commands,
        "sent",
        "sending:sent",
        "an approved draft was sent, or was not, where followupd could not find out",
        number=True,
    )
    sent.add_argument(
        "step",
        metavar="STEP",
        nargs="?",
        help="whose draft, as `followupd plan` shows it; needed where there are several",
    )
    sent.add_argument("--to", metavar="PERSON", help=f"of several to whom: {_WHOM}")
    went = sent.add_mutually_exclusive_group(required=True)
    went.add_argument("--yes", action="store_true", help="it was: it is never sent again")
    went.add_argument("--no", action="store_true", help="it was not: it is sent again")
    close = _deciding(commands, "close", "it is over: nothing more is laid into Drafts for it")
    close.add_argument("--reason", metavar="R", default="", help="why, for yourself")
    _deciding(commands, "reopen", "take a closing, or an answer, back")
    note = command(
        commands,
        "note",
        "noting:note",
        "write something down for yourself, or for the drafts to come",
        number=True,
    )
    note.add_argument("text", metavar="TEXT", nargs="*", help="for yourself")
    note.add_argument(
        "--plan",
        metavar="TEXT",
        help="a change in your own plans, a sentence for the next check-in; none takes it back",
    )
    note.add_argument(
        "--topic", metavar="TEXT", help='what you talked about, continuing "we talked about"'
    )
    note.add_argument("--with", metavar="PERSON", dest="person", help=f"with whom: {_WHOM}")


def _add_wishes(commands: Commands) -> None:
    snooze = _deciding(commands, "snooze", "lay nothing into Drafts for one interview before a day")
    snooze.add_argument("until", metavar="UNTIL", help=f'such as {_DAYS} or "Mon 9:30"')
    _deciding(
        commands,
        "skip",
        "leave out the step that is next; what is in Drafts comes before what is planned",
    )
    pause = command(
        commands,
        "pause",
        "pausing:pause",
        "lay nothing into Drafts for any interview, and send nothing, for a while",
    )
    pause.add_argument(
        "until",
        metavar="UNTIL",
        nargs="?",
        help=f'such as {_DAYS} or "Mon 9:30"; default: until `followupd resume`',
    )
    command(commands, "resume", "pausing:resume", "go on after a pause")
    draft = command(
        commands,
        "draft",
        "requesting:draft",
        "ask for a draft: an article to share, an introduction, a last note",
        json=True,
        number=True,
    )
    draft.add_argument("template", metavar="TEMPLATE", nargs="?", help="as --list shows it")
    draft.add_argument(
        "--to", metavar="PERSON", help=f"{_WHOM}; or somebody who stands in for them"
    )
    draft.add_argument(
        "--set",
        metavar="name=value",
        action="append",
        default=[],
        help='words for the draft, such as topic="the migration"; may be repeated',
    )
    draft.add_argument("--anyway", action="store_true", help="although something speaks against it")
    draft.add_argument("--list", action="store_true", help="show what can be asked for")


def _add_looking_back(commands: Commands) -> None:
    review = command(
        commands,
        "review",
        "reviewing:review",
        "keep how it was, for when the company comes up again; asks where nothing is given",
        number=True,
    )
    review.add_argument("--answered", choices=["yes", "no"], help="whether they answered at all")
    review.add_argument("--days", metavar="N", type=read_count, help="after how many working days")
    review.add_argument(
        "--treated",
        metavar="1..5",
        type=read_count,
        choices=range(1, 6),
        help="how they treated you, from 1 (badly) to 5 (very well)",
    )
    review.add_argument("--again", choices=["yes", "no"], help="whether you would apply again")
    review.add_argument("--note", metavar="T", default="", help="what to remember")
    review.add_argument("--decline", action="store_true", help="you would rather not say")
    companies = command(
        commands,
        "companies",
        "companies:list_companies",
        "what earlier interviews say about each company",
        json=True,
    )
    companies.add_argument("name", metavar="NAME", nargs="?", help="only that one")
