"""The advice, row by row, as a job seeker sees it: up to the check-in.

Every test goes through the commands and whole passes over a mailbox on the real server. Later
rows are in `test_advice_silence.py`, those without a mailbox in the unit tests.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.advice import (
    DANA,
    IAN,
    IVY,
    KIM,
    NINA,
    RITA,
    ROBIN,
    interviewed,
    looks,
    options,
    recipient,
    sends_all,
    silence,
    text,
)

if TYPE_CHECKING:
    from tests.support.seeker import Seeker


def test_row_03_thank_each_interviewer_within_a_day(seeker: Seeker) -> None:
    """Two hours later there is a letter for each, in different words; late in the day, tomorrow."""
    interviewed(seeker, IVY, IAN, DANA)
    drafts = looks(seeker, "2026-12-01 16:00")
    assert [recipient(draft) for draft in drafts] == [IVY.address, IAN.address]
    bodies = [text(draft).partition(", ")[2] for draft in drafts]
    assert bodies[0].partition("Kind regards")[0] != bodies[1].partition("Kind regards")[0]
    for body in bodies:
        assert "hank you for" in body  # for the time
        assert "Backend Engineer position" in body
        assert "I look forward to" in body
    sends_all(seeker)
    late = ("--role", "Site Reliability Engineer", "--held", "2026-12-01 16:30")
    ray = ("--interviewer", "Lee Ray <lee@globex.example>")
    seeker.told("add", "Globex", *late, *ray)
    assert looks(seeker, "2026-12-01 18:30") == []
    assert looks(seeker, "2026-12-02 08:59") == []
    assert [recipient(d) for d in looks(seeker, "2026-12-02 09:00")] == ["lee@globex.example"]


def test_row_04_keep_your_promises(seeker: Seeker) -> None:
    """A sheet on the Friday, and the draft to send it with on the Monday morning."""
    promise = ("--promise", "2026-12-07: a writing sample")
    interviewed(seeker, DANA, more=promise)
    assert silence(seeker, "2026-12-01 16:00") == [DANA.address]
    assert looks(seeker, "2026-12-03 17:00") == []
    [sheet] = looks(seeker, "2026-12-04 09:00")
    assert recipient(sheet) == ROBIN
    assert sheet["Subject"] == "Promised for Monday 7 December: Acme"
    assert "a writing sample" in text(sheet)
    [draft] = looks(seeker, "2026-12-07 09:00")
    assert recipient(draft) == DANA.address
    assert "a writing sample You will find it attached." in text(draft)


def test_row_05_be_interesting(seeker: Seeker) -> None:
    """An article or an introduction, in the thread and about what you discussed, at any time."""
    invitation = seeker.letter_from(
        DANA, "Your interview at Acme", ago=timedelta(days=3), message_id="<inv@acme.example>"
    )
    seeker.receives(invitation)
    number = interviewed(seeker, DANA, KIM)
    silence(seeker, "2026-12-01 16:00")
    seeker.at("2026-12-02 20:00")
    seeker.told("note", str(number), "--topic", "event sourcing", "--with", "Dana Fox")
    seeker.told(
        "draft", str(number), "share-article", "--to", DANA.address,
        "--set", "article=The Log", "--set", "link=https://log.example/",
    )  # fmt: skip
    [article] = looks(seeker, "2026-12-02 20:01")
    assert recipient(article) == DANA.address
    assert article["In-Reply-To"] == "<inv@acme.example>"
    assert article["Subject"] == "Re: Your interview at Acme"
    assert "we talked about event sourcing" in text(article)
    assert "The Log https://log.example/" in text(article)
    seeker.told(
        "draft", str(number), "introduction", "--to", "Kim Lee", "--anyway",
        "--set", "contact=Pat Roe", "--set", "reason=She has built such a thing before.",
    )  # fmt: skip
    [offer] = [d for d in looks(seeker, "2026-12-02 20:02") if recipient(d) == KIM.address]
    assert "May I introduce you to Pat Roe? She has built such a thing before." in text(offer)


def test_row_06_until_the_decision_date_do_not_write(seeker: Seeker) -> None:
    """Once everybody is thanked, Drafts stays empty, and asking on request is refused."""
    number = interviewed(seeker, DANA, KIM, IVY, NINA, RITA)
    assert silence(seeker, "2026-12-01 16:00") == [IVY.address]
    for day in ("2026-12-02", "2026-12-03", "2026-12-04", "2026-12-05", "2026-12-07"):
        assert looks(seeker, f"{day} 09:00") == []
        assert looks(seeker, f"{day} 17:00") == []
    seeker.at("2026-12-03 10:00")
    refused = seeker.says("draft", str(number), "check-in")
    assert refused.code == 1
    assert "decision" in refused.err
    assert len(looks(seeker, "2026-12-08 09:00")) == 1


def test_row_07_two_or_three_working_days_later_a_thoughtful_check_in(seeker: Seeker) -> None:
    """In the thread; who you are, which position, when you met, what was promised, your plans."""
    invitation = seeker.letter_from(
        DANA, "Your interview at Acme", ago=timedelta(days=3), message_id="<inv@acme.example>"
    )
    seeker.receives(invitation)
    number = interviewed(seeker, DANA)
    silence(seeker, "2026-12-01 16:00")
    seeker.at("2026-12-07 12:00")
    seeker.told("note", str(number), "--plan", "I am travelling from 14 to 16 December.")
    assert looks(seeker, "2026-12-08 08:59") == []
    [check_in] = looks(seeker, "2026-12-08 09:00")
    assert check_in["Subject"] == "Re: Your interview at Acme"
    assert "<inv@acme.example>" in check_in["References"]
    said = text(check_in)
    assert (
        "My name is Robin Doe, and I interviewed for the Backend Engineer position at Acme on "
        "Tuesday 1 December. I had understood that a decision was expected by Friday 4 December, "
        "and I would like to ask where things stand." in said
    )
    assert "Has the decision been postponed, and am I still being considered?" in said
    assert "I am travelling from 14 to 16 December." in said


def test_row_09_write_or_call_as_they_asked(seeker: Seeker) -> None:
    """Who prefers the telephone is called: a sheet for yourself lies there, and no mail to them."""
    interviewed(
        seeker, DANA, KIM,
        more=("--prefers", "Dana Fox: call", "--phone", "Dana Fox: +49 30 1234567"),
    )  # fmt: skip
    silence(seeker, "2026-12-01 16:00")
    [sheet] = looks(seeker, "2026-12-08 09:00")
    assert recipient(sheet) == ROBIN
    assert "+49 30 1234567" in text(sheet)
    shown = seeker.told("plan", "1", "--json").json
    [check_in] = [step for step in shown if step["step"] == "check-in"]
    assert (check_in["channel"], check_in["to"]) == ("call", DANA.address)


def test_row_10_after_the_last_round_ask_one_simple_thing(seeker: Seeker) -> None:
    """Not whether you are still considered, but whether they need anything else."""
    interviewed(seeker, DANA, more=("--final",))
    silence(seeker, "2026-12-01 16:00")
    [check_in] = looks(seeker, "2026-12-08 09:00")
    assert "one simple question: is there anything else you need from me?" in text(check_in)
    assert "still being considered" not in text(check_in)


def test_row_20_several_positions_and_rounds(seeker: Seeker) -> None:
    """A mail answers the position whose thread it is in; a new round answers the one before it."""
    first = interviewed(seeker, DANA)
    other = seeker.told(
        "add", "Acme", "--role", "Data Analyst", "--held", "2026-12-01 10:00",
        "--decision-by", "2026-12-04", *options(DANA),
    )  # fmt: skip
    second = int(other.out.split()[0])
    [thanks] = looks(seeker, "2026-12-01 16:00")
    assert thanks["Subject"] == "Thank you - Backend Engineer interview"
    sends_all(seeker)
    seeker.at("2026-12-02 11:00")
    answer = seeker.letter_from(
        DANA, f"Re: {thanks['Subject']}", in_reply_to=thanks["Message-ID"],
        body="Dear Robin,\n\nunfortunately, we have decided to move forward with another "
        "candidate.\n\nDana Fox\n",
    )  # fmt: skip
    seeker.receives(answer)
    looks(seeker, "2026-12-02 11:05")
    assert _standing(seeker) == {first: ("answered", "rejection"), second: ("waiting", None)}

    seeker.at("2026-12-03 10:00")
    recorded = seeker.told("add", "--round-of", str(second), "--held", "2026-12-03 09:00")
    third = int(recorded.out.split()[0])
    looks(seeker, "2026-12-03 10:05")
    assert _standing(seeker) == {
        first: ("closed", "rejection"),
        second: ("answered", "next_round"),
        third: ("waiting", None),
    }
    assert f"The next round is interview {third}." in seeker.told("show", str(second)).out


def _standing(seeker: Seeker) -> dict[int, tuple[str, str | None]]:
    rows = seeker.told("list", "--json").json
    return {row["id"]: (row["status"], row["outcome"]) for row in rows}
