"""The command `templates`: list, show, copy and check, and the page that explains it."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from followupd.writing.letter import Letter, sample_letters
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import VARIABLES, Templates
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.partition("## What a template may use")[2].splitlines()
    if line.startswith("| `")
]
TYPES = {
    "str": "text",
    "str | None": "text or none",
    "Register": "text",
    "Part | None": "text or none",
    "date": "day",
    "date | None": "day or none",
    "int": "number",
    "bool": "yes or no",
    "Hours | None": "record or none",
    "tuple[date, ...]": "list of days",
    "tuple[Happening, ...]": "list of records",
    "tuple[str, ...]": "list of texts",
}
SUBJECT = "{% block subject %}Hello{% endblock %}"


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line on a configuration of its own."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def own(shell: Shell, key: str, body: str) -> Path:
    """Write a template of the user's own."""
    path = shell.config.parent / "templates" / f"{key}.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{SUBJECT}\n{{% block body %}}\n{body}\n{{% endblock %}}\n", encoding="utf-8")
    return path


def blocks(language: str) -> Iterator[list[str]]:
    """The lines of each block of the page in that language."""
    for block in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL):
        yield block.splitlines()


def test_every_template_is_listed_with_languages_registers_and_whose_it_is(shell: Shell) -> None:
    """The shipped ones, and beside them the user's own."""
    own(shell, "it/check-in", "x")
    own(shell, "en/mine", "x")
    rows = {row["name"]: row for row in shell.did("templates", "list", "--json").json}
    assert rows["check-in"]["own"] == ["it/check-in"]
    assert {"en", "it"} <= set(rows["check-in"]["languages"])
    assert rows["mine"]["registers"] == ["formal", "friendly"]
    assert rows["call"]["own"] == []
    listed = shell.did("templates").out
    assert "it/check-in" in listed
    assert all(name in listed for name in rows)


def test_a_template_is_shown_as_it_is_used(shell: Shell) -> None:
    """The shipped text, or the user's own where there is one."""
    shipped = shipped_templates()
    shown = shell.did("templates", "show", "check-in", "--register", "friendly").out
    assert shown.split() == shipped["en/friendly/check-in"].split()
    path = own(shell, "en/check-in", "my own words")
    assert "my own words" in shell.did("templates", "show", "check-in").out
    data = shell.did("templates", "show", "check-in", "--json").json
    assert (data["template"], data["register"], data["own"]) == ("en/check-in", None, str(path))


def test_a_language_without_templates_shows_the_english_one_and_says_so(shell: Shell) -> None:
    """The note is apart from the text."""
    result = shell.did("templates", "show", "call", "--language", "it")
    assert result.err == 'There is no call in the language "it": this is the English one.\n'
    assert result.out == shell.did("templates", "show", "call", "--language", "en").out


def test_a_copy_wins_from_then_on_and_is_never_written_over(shell: Shell) -> None:
    """It lies beside the configuration; a second copy is refused."""
    path = shell.config.parent / "templates" / "en" / "friendly" / "check-in.j2"
    said = shell.did("templates", "copy", "check-in", "--register", "friendly").out
    assert str(path) in said
    assert path.read_text(encoding="utf-8") == shipped_templates()["en/friendly/check-in"]
    path.write_text("changed", encoding="utf-8")
    again = shell.run("templates", "copy", "check-in", "--register", "friendly")
    assert again.code == 1
    assert "there already" in again.err
    assert path.read_text(encoding="utf-8") == "changed"
    formal = shell.did("templates", "copy", "check-in", "--json").json
    assert formal["template"] == "en/formal/check-in"
    assert Path(formal["path"]).is_file()


def test_a_copy_in_a_new_language_begins_with_the_english_text(shell: Shell) -> None:
    """The user translates it."""
    result = shell.did("templates", "copy", "call", "--language", "it")
    path = shell.config.parent / "templates" / "it" / "formal" / "call.j2"
    assert path.read_text(encoding="utf-8") == shipped_templates()["en/formal/call"]
    assert "this is the English one" in result.err


def test_a_folder_that_cannot_be_written_to_is_named(shell: Shell) -> None:
    """A file stands where the folder should be."""
    (shell.config.parent / "templates").mkdir()
    (shell.config.parent / "templates" / "en").write_text("x")
    result = shell.run("templates", "copy", "call")
    assert result.code == 1
    assert "cannot write" in result.err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("show", "chek-in"), 'no template "chek-in"; did you mean "check-in"?'),
        (("show", "call", "--language", "german"), "--language"),
        (("show", "call", "--register", "casual"), "--register"),
        (("copy",), "NAME"),
        (("show", "call", "--languag", "de"), "did you mean --language?"),
        (("burn",), "burn"),
    ],
)
def test_wrong_usage_is_explained(shell: Shell, argv: tuple[str, ...], said: str) -> None:
    """Exit code 2, and what was meant."""
    result = shell.run("templates", *argv)
    assert result.code == 2
    assert said in result.err


def test_the_check_tells_what_works_what_reads_badly_and_what_fails(shell: Shell) -> None:
    """Only the user's own; the exit code is 1 when one does not work."""
    assert "no templates of your own" in shell.did("templates", "check").out
    own(shell, "en/check-in", "Hello,\n\nall is well.\n\nRobin")
    assert (
        shell.did("templates", "check").out == "ok: en/check-in: works with every sample letter\n"
    )
    own(shell, "de/thankyou", "Hello,\n\nall is well\n\nRobin")
    warned = shell.did("templates", "check", "--json").json
    details = [(w["template"], w["state"], w["detail"]) for w in warned]
    assert ("en/check-in", "ok", "works with every sample letter") in details
    assert any(s == "warning" and 'did you mean "thank-you"?' in d for _, s, d in details)
    assert any(s == "warning" and "punctuation mark" in d for _, s, d in details)
    own(shell, "en/call", "{{ compny }}")
    failed = shell.run("templates", "check")
    assert failed.code == 1
    assert 'failed: en/call: line 3: "compny" is no variable' in failed.out


def test_a_broken_template_shows_in_check_as_well(shell: Shell) -> None:
    """`check` tries everything, the letters too; a sound one is named."""
    own(shell, "en/check-in", "Hello,\n\nall is well.\n\nRobin")
    rows = {row["check"]: row for row in shell.run("check", "--json").json}
    assert rows["templates"]["state"] == "ok"
    assert "en/check-in" in rows["templates"]["detail"]
    own(shell, "en/check-in", "{{ compny }}")
    rows = {row["check"]: row for row in shell.run("check", "--json").json}
    assert rows["templates"]["state"] == "failed"
    assert "compny" in rows["templates"]["detail"]


def test_a_preview_is_written_with_the_users_own_template(shell: Shell) -> None:
    """What the daemon would lay, not what is shipped."""
    own(shell, "en/check-in", "Hello,\n\nmy own words.\n\nRobin")
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", "--decision-by", "4 Dec")
    assert "my own words." in shell.did("preview", "1", "check-in").out


# The page.


def test_the_page_names_every_variable_and_filter_with_its_type() -> None:
    """Nothing is missing, nothing is made up, and each type is that of the code."""
    kinds: dict[str, str] = {field.name: TYPES[str(field.type)] for field in fields(Letter)}
    kinds |= {"first_name": "text or none", "full_name": "text or none", "day": "filter"}
    assert {row[0].strip("`"): row[1] for row in ROWS} == kinds
    assert set(kinds) - {"day"} == VARIABLES


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_example_of_the_page_is_true(row: list[str]) -> None:
    """What it says a template prints is what it prints."""
    shared, introduced = sample_letters()[6:8]
    letter = replace(
        introduced,
        article=shared.article,
        link=shared.link,
        greeting="Dear Dr. Fox,",
        stands_in_for="Lee, Kim",
    )
    found = re.fullmatch(r"`(.*?)` gives `(.*)`", row[3])
    assert found is not None
    source = f"{SUBJECT}{{% block body %}}{found[1]}{{% endblock %}}"
    body = Templates({"en/own": source}).render("own", "en", letter).body
    assert " ".join(body.split()) == found[2]


def test_what_the_page_shows_of_the_commands_is_what_they_print(shell: Shell) -> None:
    """The list, a copy and a check."""
    listing, copied, checked = blocks("console")
    assert listing[0] == "$ followupd templates"
    assert listing[1:] == [line.rstrip() for line in shell.did("templates").out.splitlines()]
    said = shell.did("templates", "copy", "check-in").out
    said = said.replace(str(shell.config.parent), "/home/robin/.config/followupd")
    assert copied[1:] == said.splitlines()
    own(shell, "en/formal/check-in", "Hello,\n\nI wrote to {{ compny }}.")
    own(shell, "en/thank-you", "Hello\n\nall is well.\n\nRobin")
    assert checked[1:] == shell.run("templates", "check").out.splitlines()


def test_the_template_on_the_page_works() -> None:
    """With every sample letter, and nothing to remark upon."""
    [source] = ["\n".join(lines) for lines in blocks("jinja")]
    templates = Templates({"en/own": source})
    review = templates.review(templates.keys[0])
    assert (review.mistakes, review.remarks) == ((), ())
