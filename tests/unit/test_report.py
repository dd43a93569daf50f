"""The report counts what it says it counts, and runs wherever the synthetic cases are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from followupd.domain.events import Meaning, Place, Verdict, Words
from tests.cases import MEANINGS
from tests.report import calibration, corpus, recruiters_score
from tests.report.__main__ import main
from tests.report.facts import Fact, Hit
from tests.report.fetch import FILES, FOLDER, VARIABLE, FetchError, fetch, folder_of, missing
from tests.report.figures import Confusion, Share, bins, interval, sure_ones
from tests.report.judged import MEANINGS as IN_ORDER
from tests.report.judged import Judged
from tests.report.tables import classes_grid, confusion_grid

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("report")  # so that the cases are read once

HELD_OUT_ID = re.compile(r"[a-z_]+-(?:en|de|fr|es)-\d*[02468]\b")


def judged(truth: str, found: Meaning, confidence: float) -> Judged:
    """A mail that was read somehow."""
    words = (Words(found, "we regret", Place.TEXT, 3),)
    return Judged("source/1", "source", truth, Verdict(found, confidence, words))


def verdicts_of_three() -> list[Judged]:
    """One right and sure, one right but asked about, one wrong and sure."""
    return [
        judged("offer", Meaning.OFFER, 0.9),
        judged("offer", Meaning.OFFER, 0.6),
        judged("rejection", Meaning.OFFER, 0.8),
    ]


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 1 - 0.1611, 1.0),
    ],
)
def test_the_interval_is_wilsons(hits: int, total: int, low: float, high: float) -> None:
    """The values of Newcombe, Statistics in Medicine 17 (1998), table I, and one mirrored."""
    assert interval(hits, total) == pytest.approx((low, high), abs=0.00005)


def test_of_nothing_nothing_is_known() -> None:
    """No count, no share, and an interval that holds everything."""
    share = Share(0, 0)
    assert (share.value, share.interval, str(share)) == (None, (0.0, 1.0), "-")


def test_a_share_is_printed_with_its_counts_and_its_interval() -> None:
    """Whoever reads 75 % sees that it is three of four."""
    assert str(Share(3, 4)) == "3/4 = 75.0 % [30.1, 95.4]"
    assert str(Share(1, 2000, per=1000)) == "1/2000 = 0.5 per 1,000 [0.1, 2.8]"


def test_precision_and_recall_look_from_either_side() -> None:
    """Of those that are it, and of those that were taken for it; what is not told is no class."""
    counted = Confusion.of([("a", "a"), ("a", "b"), ("a", ""), ("b", "b"), ("b", "a"), ("a", "a")])
    assert counted.recall("a") == Share(2, 4)
    assert counted.precision("a") == Share(2, 3)
    assert counted.recall("b") == Share(1, 2)
    assert counted.precision("b") == Share(1, 2)
    assert counted.accuracy == Share(3, 6)
    assert counted.counts()["a", "a"] == 2


def test_a_confusion_shows_what_was_not_told() -> None:
    """It has its own column, and every row its sum."""
    counted = Confusion.of([("a", "a"), ("a", ""), ("b", "a")])
    grid = confusion_grid("t", counted, ("a", "b", "c"), ("a", "b"), origin="o", untold="untold")
    assert grid.headings == ("is", "a", "untold", "all")
    assert grid.rows == (("a", 1, 1, 2), ("b", 1, 0, 1))


def test_every_class_has_a_row_even_without_a_mail() -> None:
    """A class that was never seen is shown as such, and not left out."""
    grid = classes_grid("t", [("", Confusion.of([("a", "a")]))], ("a", "b"), origin="o")
    assert grid.headings == ("class", "precision", "recall")
    assert [row[0] for row in grid.rows] == ["a", "b"]
    assert grid.as_json()["rows"][1] == ["b", *[_nothing()] * 2]


def _nothing() -> dict[str, Any]:
    return {"hits": 0, "total": 0, "share": None, "low": 0.0, "high": 1.0}


def test_a_verdict_that_is_asked_about_is_no_sure_one() -> None:
    """It counts whatever its confidence, but not among those that need no question."""
    (_, every), (_, sure) = recruiters_score.confusions(verdicts_of_three())
    assert every.recall("offer") == Share(2, 2)
    assert sure.recall("offer") == Share(1, 2)
    assert sure.precision("offer") == Share(1, 2)
    figures = [share for _, share in recruiters_score.summary(verdicts_of_three())]
    assert figures == [Share(2, 3), Share(1, 3), Share(1, 2)]


def test_a_mail_taken_for_a_machines_is_neither_read_nor_asked_about() -> None:
    """It is a miss all the same."""
    mail = Judged("source/2", "source", "rejection", None)
    assert (mail.found, mail.is_asked, mail.is_right) == ("", False, False)
    assert mail.mistake(with_words=True) == "source/2: is rejection, taken for a machine's"


def test_a_mistake_names_the_words_it_rests_on() -> None:
    """The words alone, and not the text around them."""
    mistake = verdicts_of_three()[2].mistake(with_words=True)
    assert mistake == "source/1: is rejection, read as offer 0.80 | we regret"


def test_bins_take_in_their_lower_edge() -> None:
    """Every verdict is in one bin, the surest as well."""
    found = bins([(0.5, True), (0.59, False), (0.6, True), (0.95, True), (1.0, True), (0.1, False)])
    assert [each.right for each in found if each.right.total] == [
        Share(0, 1),
        Share(1, 2),
        Share(1, 1),
        Share(2, 2),
    ]
    assert sum(each.right.total for each in found) == 6
    assert found[1].mean == pytest.approx(0.545)


def test_the_sure_verdicts_begin_at_nine_tenths() -> None:
    """0.9 itself is one of them."""
    assert sure_ones([(0.9, True), (0.95, False), (0.89, True)]) == Share(1, 2)
    assert calibration.verdicts(verdicts_of_three()) == [(0.9, True), (0.6, True), (0.8, False)]


@pytest.mark.parametrize(
    ("truth", "found", "hit"),
    [
        ("2026-12-04", "2026-12-04", Hit.RIGHT),
        ("2026-12-04", "2026-12-05", Hit.WRONG),
        ("2026-12-04", "", Hit.MISSED),
        ("", "2026-12-04", Hit.INVENTED),
        ("", "", Hit.NONE),
    ],
)
def test_a_fact_is_right_wrong_missed_invented_or_rightly_none(
    truth: str, found: str, hit: Hit
) -> None:
    """A wrong day is worse than none, so the two are counted apart."""
    fact = Fact("absence-en-01", held_out=False, what="day", truth=truth, found=found)
    assert fact.hit is hit
    assert fact.is_mistake is (hit not in (Hit.RIGHT, Hit.NONE))


def test_a_part_of_a_name_is_neither_right_nor_wrong() -> None:
    """It can be recognised by whoever reads it."""
    fact = Fact("invitation-en-01", False, "company", "Acme Robotics", "Acme", partly=True)
    assert fact.hit is Hit.PARTLY
    assert fact.mistake() == ("invitation-en-01: company in part: is Acme Robotics, read as Acme")


def test_a_list_post_is_read_without_its_lists_marks() -> None:
    """The folded lines of such a field go with it; the body stays as it is."""
    raw = b"From: a@b.example\nList-Id: x\n\ty\nSubject: hi\nPrecedence: list\n\nList-Id: stays\n"
    kept = b"From: a@b.example\nSubject: hi\n\nList-Id: stays\n"
    assert corpus.without_list_marks(raw) == kept


def test_the_report_shows_every_class_of_the_synthetic_cases(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each of the seven meanings, both sets, and what else the cases are about."""
    assert main(["--only", "cases", "--only", "calibration"]) == 0
    shown = capsys.readouterr().out
    for meaning in IN_ORDER:
        assert f" {meaning} " in shown
    for title in ("dev: each class", "held out: each class", "absence notes", "invitations"):
        assert title in shown
    assert "\x1b" not in shown


def test_the_report_as_json_holds_every_count(capsys: pytest.CaptureFixture[str]) -> None:
    """140 dev answers and as many held out, with the origin under each table."""
    assert main(["--only", "cases", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["cases"]
    by_title = {table["title"]: table for table in tables}
    for name in ("dev", "held out"):
        rows = by_title[f"Synthetic, {name}: what it means, and what was read"]["rows"]
        assert {row[0] for row in rows} == MEANINGS
        assert sum(row[-1] for row in rows) == 140
    assert all(table["origin"] for table in tables)


def test_no_held_out_case_is_named_among_the_mistakes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever improves the reading must not learn from what only measures it."""
    assert main(["--only", "cases", "--mistakes"]) == 0
    shown = capsys.readouterr().out
    assert HELD_OUT_ID.search("offer-en-02: is offer") is not None
    assert HELD_OUT_ID.search(shown) is None


def test_the_half_of_the_recruiters_mail_that_measures_is_never_shown() -> None:
    """A mail is in one half or the other, and mistakes are listed of the learnt one alone."""
    mails = [
        replace(verdicts_of_three()[2], name=f"source/{number}", truth="rejection")
        for number in range(50)
    ]
    learnt, measured = (recruiters_score.half(mails, learnt=each) for each in (True, False))
    assert len(learnt) + len(measured) == len(mails)
    assert learnt
    assert measured
    shown = {line.partition(":")[0] for line in recruiters_score.mistakes(mails)}
    assert shown == {mail.name for mail in learnt}


def test_recruiters_mail_that_is_not_here_is_left_out_with_the_way_to_fetch_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report says so and goes on."""
    assert main(["--only", "recruiters", "--recruiters", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "left out" in shown
    assert "tests.report fetch" in shown


def test_the_folder_of_recruiters_mail_is_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the command line, else in the environment, else in the checkout."""
    monkeypatch.delenv(VARIABLE, raising=False)
    assert folder_of(None) == FOLDER
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert folder_of(None) == tmp_path
    assert folder_of(tmp_path / "other") == tmp_path / "other"


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Four repositories of the right names, with a file that is read and one that is not."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for file in FILES:
        source = tmp_path / "host" / file.parts[0].replace("+", "/", 1)
        wanted = source.joinpath(*file.parts[1:])
        wanted.parent.mkdir(parents=True)
        wanted.write_text("wanted\n", encoding="utf-8")
        (source / "other.txt").write_text("not wanted\n", encoding="utf-8")
        who = ["-c", "user.name=Robin", "-c", "user.email=robin@example.org"]
        for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "all"]):
            subprocess.run(["git", *command], cwd=source, check=True)
    return f"file://{tmp_path}/host"


def test_fetching_brings_the_files_that_are_read_and_keeps_them_out_of_git(
    tmp_path: Path, host: str
) -> None:
    """Only those, in a folder that ignores itself; fetching again changes nothing."""
    folder = tmp_path / "fetched"
    said: list[str] = []
    assert len(missing(folder)) == len(FILES)
    fetch(folder, said.append, host)
    assert missing(folder) == []
    assert list(folder.rglob("other.txt")) == []
    assert (folder / ".gitignore").read_text(encoding="utf-8").endswith("\n*\n")
    fetch(folder, said.append, host)
    assert [line for line in said if line.endswith("is here")] == said[len(FILES) :]


def test_a_host_that_is_not_there_ends_in_a_sentence(tmp_path: Path, host: str) -> None:
    """It says what git said, and what to do."""
    said: list[str] = []
    with pytest.raises(FetchError, match="git could not fetch"):
        fetch(tmp_path / "fetched", said.append, f"{host}-gone")
