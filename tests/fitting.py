"""Fits the weights by which an answer's meaning is told: `python -m tests.fitting`.

A softmax regression by plain gradient descent, without any library and with the same result on
every run. It is pulled towards the weights set by hand (`starting`), not towards nothing: what the
mail does not speak about stays as a person would have it, and no phrase comes to speak against
its own meaning. It learns from the cases with odd numbers, from one half of the recruiters' mail
where a clone is named, from half "a" of a file with more mail where one is named, and from mail
about other things in the corpus beside the checkout; the rest tells how well it went, and is only
looked at when asked for.

The weights are shrunk as a whole at the end, so that the confidence is honest: by the
factor that does best on mail which was left out while fitting, a part at a time.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from followupd.domain.events import Meaning
from followupd.reading.body import read_body
from followupd.reading.meaning import features
from followupd.reading.meaning.weighing import (
    ALWAYS,
    PADDING,
    likelihoods,
    meaning_of,
    parse_weights,
)
from followupd.reading.message import read_headers
from followupd.reading.newtext import new_text
from followupd.reading.text import clean_lines
from tests import cases
from tests.report import recruiters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpora"
WEIGHTS = ROOT / "followupd" / "reading" / "phrases" / "meaning" / "weights.toml"

UNRELATED = ("human_reply", "human_other", "newsletter_list")
"""Labels of the corpus under which nobody writes about hiring."""

EVERY = 3
"""One in so many of the corpus is learnt from; the others tell how well it went."""

MOST_ABOVE_HAND = 0.3
"""How much more than by hand a thing may weigh that is said under a decision."""

PARTS = 5
"""In how many parts the examples are left out in turn, to find how sure one may be."""

SHARE_OF_UNSEEN = 2.0
"""How much mail counts that the phrases were not written for: it tells best how sure one may be."""

MOST_OF_WEAK = 0.9
"""What a weak phrase may add at most."""

HEADING = """\
# What each thing found in a mail adds to the meaning it speaks for, before the softmax.
#   certain, strong, weak: a phrase of that tier was found; _again: two or more, _often: four.
#   _under: a meaning of higher rank was said for certain; _beside: a decision was strongly hinted.
#   subject: said in the subject. topic_...: whether the mail is about a job. always: every mail.
# Written by tests/fitting.py, fitted on
"""

_READ = 65_536

Weights = dict[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    """What was found in one mail, and what it means.

    Attributes:
        found: names of features.
        meaning: what a careful reader understood.
        share: how much it counts; 1 for a mail about an interview.
        origin: mail of one origin is left out together.
    """

    found: frozenset[str]
    meaning: Meaning
    share: float = 1.0
    origin: str = ""


_DECISION = {
    "certain": 4.4,
    "certain_again": 1.0,
    "strong": 2.2,
    "strong_again": 1.0,
    "weak": 0.5,
    "weak_again": 0.4,
    "weak_often": 0.3,
    "certain_under": 1.0,
    "certain_under_again": 0.5,
    "strong_under": 0.3,
    "subject": 0.6,
}
_BY_HAND = {
    **{meaning: _DECISION for meaning in Meaning if meaning not in PADDING},
    Meaning.REJECTION: {**_DECISION, "certain": 5.0, "weak": 0.3, "weak_again": 0.3},
    Meaning.OFFER: {**_DECISION, "certain_under": 2.0, "weak": 0.2, "weak_again": 0.2},
    Meaning.ACKNOWLEDGEMENT: {
        "certain": 3.6,
        "certain_again": 0.8,
        "strong": 2.0,
        "strong_again": 0.6,
        "weak": 0.5,
        "weak_again": 0.3,
        "weak_often": 0.3,
        "certain_beside": 2.2,
        "strong_beside": 1.0,
        "weak_beside": 0.2,
        "certain_under": 0.5,
        "strong_under": 0.2,
        "subject": 0.6,
        "subject_beside": 0.6,
    },
    Meaning.OTHER: {
        "always": 1.85,
        "certain": 2.4,
        "certain_again": 0.8,
        "strong": 1.0,
        "strong_again": 0.5,
        "weak": 0.3,
        "weak_again": 0.3,
        "weak_often": 0.3,
        "certain_beside": 1.4,
        "strong_beside": 0.6,
        "weak_beside": 0.2,
        "certain_under": 0.8,
        "strong_under": 0.3,
        "subject": 0.6,
        "subject_beside": 0.4,
        "topic_else": 2.5,
        "topic_silent": 0.5,
        "topic_hiring": -0.5,
    },
}


def starting() -> Weights:
    """The weights as a person would set them."""
    return {
        f"{meaning}.{name}": value
        for meaning, row in _BY_HAND.items()
        for name, value in row.items()
    }


def fit(
    examples: Iterable[Example],
    start: Mapping[str, float],
    *,
    pull: float = 1.0,
    rounds: int = 200,
) -> Weights:
    """Fit the weights to examples.

    "always" stays as it is: a mail in which nothing is found is something else, and not surely. No
    other weight but a topic's falls below nothing, and a weak phrase's stays small.

    Args:
        examples: what to learn from.
        start: where to start, and where every weight is pulled to.
        pull: how strongly, as the squared distance from `start` counts against the examples.
        rounds: how many steps to go.

    Returns:
        New weights; `start` is not changed.
    """
    learnt = [(each, sorted(each.found)) for each in examples]
    names = sorted({name for _, found in learnt for name in found} | set(start))
    first = {name: start.get(name, 0.0) for name in names}
    weights = dict(first)
    squares = dict.fromkeys(names, 1e-6)
    for _ in range(rounds):
        slopes = {name: pull * (weights[name] - first[name]) for name in names}
        for example, found in learnt:
            chances = likelihoods(found, weights)
            for name in found:
                meaning = meaning_of(name)
                slopes[name] += example.share * (chances[meaning] - (meaning is example.meaning))
        for name in names:
            if name == ALWAYS:
                continue
            slope = slopes[name]
            squares[name] += slope * slope
            moved = weights[name] - 0.3 * slope / squares[name] ** 0.5
            weights[name] = (
                moved if ".topic_" in name else min(max(moved, 0.0), _most(name, first[name]))
            )
    return weights


def _most(name: str, by_hand: float) -> float:
    """The most that a feature may weigh.

    Weak words alone make no decision, and what is said under a decision does not outvote it.
    """
    if "_under" in name and meaning_of(name) not in PADDING:
        return by_hand + MOST_ABOVE_HAND
    return MOST_OF_WEAK if ".weak" in name else math.inf


def stretched(weights: Mapping[str, float], factor: float) -> Weights:
    """Weights that are as much surer as the factor says; "always" stays as it is."""
    return {name: value if name == ALWAYS else value * factor for name, value in weights.items()}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How mail is judged by weights that were fitted without it.

    Attributes:
        judged: each example with the weights that do not know it.
    """

    judged: tuple[tuple[Example, Weights], ...]

    @classmethod
    def of(cls, examples: list[Example], start: Mapping[str, float], *, pull: float) -> LeftOut:
        """Leave a part out at a time; mail of one origin stays together."""
        parts: dict[int, list[Example]] = defaultdict(list)
        for example in examples:
            parts[zlib.crc32(example.origin.encode()) % PARTS].append(example)
        judged: list[tuple[Example, Weights]] = []
        for number, left_out in sorted(parts.items()):
            known = [each for n, part in parts.items() if n != number for each in part]
            weights = fit(known, start, pull=pull)
            judged += ((example, weights) for example in left_out)
        return cls(tuple(judged))

    def loss(self, factor: float) -> float:
        """The mean negative logarithm of the likelihood given to what was true, a mail."""
        total = sum(
            example.share
            * math.log(
                max(likelihoods(example.found, stretched(weights, factor))[example.meaning], 1e-9)
            )
            for example, weights in self.judged
        )
        return -total / sum(example.share for example, _ in self.judged)

    def best_factor(self) -> float:
        """The factor that makes the confidence as honest as can be.

        None above 0.85: the phrases were written with this very mail in sight, so that it looks
        surer than it should. So much suited mail best that had not been looked at.
        """
        return min((number / 20 for number in range(8, 18)), key=self.loss)


def of_cases(*, held_out: bool) -> list[Example]:
    """The cases as examples: those that may be looked at, or those that only measure."""
    found = [case for case in cases.load() if case.meaning and case.held_out is held_out]
    return [
        Example(found_in(case.raw), Meaning(case.meaning), origin=f"cases/{case.id}")
        for case in found
    ]


def of_recruiters(folder: Path, *, learnt: bool) -> list[Example]:
    """Recruiters' real mail as examples: the half that is learnt from, or the other.

    Args:
        folder: holds the clones, as `tests.report.recruiters` reads them.
        learnt: which half.
    """
    found: list[Example] = []
    for source, key, subject, text in recruiters.mails(folder):
        meaning = recruiters.label(source, key)
        if meaning in {"own", "unreadable"} or _is_learnt(source, key) is not learnt:
            continue
        origin = f"{source}/{key.partition('/')[0]}"
        said = features(subject, new_text(clean_lines(text, _READ)))
        found.append(Example(said, Meaning(meaning), origin=origin))
    return found


def of_file(path: Path) -> list[Example]:
    """Mail of a JSON file as examples: the half "a", which may be learnt from.

    Args:
        path: holds a list of objects with "subject", "text", "label", "half" and "source".
    """
    return [
        Example(
            features(mail["subject"], new_text(clean_lines(mail["text"], _READ))),
            Meaning(mail["label"]),
            SHARE_OF_UNSEEN,
            mail["source"],
        )
        for mail in json.loads(path.read_text("utf-8"))
        if mail["half"] == "a"
    ]


def _is_learnt(source: str, key: str) -> bool:
    return zlib.crc32(f"{source}/{key}".encode()) % 2 == 1


def of_corpus(*, learnt: bool) -> list[Example]:
    """Mail about other things; none when the corpus is not there."""
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "labels.csv").open(newline="", encoding="utf-8") as labels:
        paths = [row["path"] for row in csv.DictReader(labels) if row["label"] in UNRELATED]
    chosen = [path for n, path in enumerate(paths) if (n % EVERY == 0) is learnt]
    return [
        Example(found_in((CORPUS / path).read_bytes()), Meaning.OTHER, 0.3, path) for path in chosen
    ]


def found_in(raw: bytes) -> frozenset[str]:
    """The features of one mail."""
    return features(read_headers(raw).subject or "", new_text(read_body(raw).text))


def current() -> Weights:
    """The weights as they stand in the data file."""
    return parse_weights(WEIGHTS.read_text("utf-8"))


def written(weights: Mapping[str, float], learnt: Iterable[str]) -> str:
    """The weights as the data file holds them, without those that add next to nothing.

    Args:
        weights: by feature.
        learnt: what they were fitted on, a line each.
    """
    lines = [HEADING + "".join(f"#   {line}\n" for line in learnt)]
    for meaning in Meaning:
        row = {n: round(v, 2) for n, v in weights.items() if meaning_of(n) is meaning}
        lines.append(f"[{meaning}]")
        lines += [f"{n.partition('.')[2]} = {v}" for n, v in row.items() if abs(v) >= 0.05]
        lines.append("")
    return "\n".join(lines)


def told(name: str, examples: list[Example], weights: Mapping[str, float]) -> str:
    """How well the weights do on examples, in one line."""
    return _told(name, [(example, likelihoods(example.found, weights)) for example in examples])


def _told(name: str, judged: list[tuple[Example, dict[Meaning, float]]]) -> str:
    right = 0
    bins: dict[str, list[bool]] = {"0.9 or more": [], "0.75 to 0.9": [], "less": []}
    for example, chances in judged:
        best = max(chances, key=chances.__getitem__)
        right += best is example.meaning
        sure = "0.9 or more" if chances[best] >= 0.9 else "0.75 to 0.9"
        bins[sure if chances[best] >= 0.75 else "less"].append(best is example.meaning)
    shares = "; ".join(f"{sum(each)} of {len(each)} at {label}" for label, each in bins.items())
    return f"{name}: {right} of {len(judged)} right; {shares}"


def main() -> None:
    """Fit, say how well it went, and write the weights with --write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write weights.toml")
    parser.add_argument("--recruiters", type=Path, help="the folder with the clones")
    parser.add_argument("--more", type=Path, help="a JSON file with more mail, in halves")
    parser.add_argument("--measure", action="store_true", help="score what was held out as well")
    parser.add_argument("--pull", type=float, default=3.0)
    arguments = parser.parse_args()
    learnt = {"the synthetic cases with odd numbers": of_cases(held_out=False)}
    measured = {"cases": of_cases(held_out=True)} if arguments.measure else {}
    if arguments.recruiters:
        mail = of_recruiters(arguments.recruiters, learnt=True)
        learnt["the learnt half of the recruiters' mail"] = mail
        if arguments.measure:
            measured["recruiters"] = of_recruiters(arguments.recruiters, learnt=False)
    if arguments.more:
        learnt["a half of recruiters' templates and mail from other public sources"] = of_file(
            arguments.more
        )
    learnt["mail about other things from the corpus"] = of_corpus(learnt=True)
    if arguments.measure:
        measured["unrelated"] = of_corpus(learnt=False)
    everything = [example for found in learnt.values() for example in found]
    start = starting()
    left_out = LeftOut.of(everything, start, pull=arguments.pull)
    factor = left_out.best_factor()
    print(f"pull {arguments.pull}: loss {left_out.loss(factor):.4f} with factor {factor}")
    weights = stretched(fit(everything, start, pull=arguments.pull), factor)
    known = {id(example): each for example, each in left_out.judged}
    for label, found in learnt.items():
        apart = [(e, likelihoods(e.found, stretched(known[id(e)], factor))) for e in found]
        print(_told(f"left out in turn, {label}", apart))
        print(told(f"fitted, {label}", found, weights))
    for label, found in measured.items():
        print(told(f"held out, {label}", found, weights))
    if arguments.write:
        lines = [f"{len(found)} mails: {label}" for label, found in learnt.items()]
        WEIGHTS.write_text(written(weights, lines), encoding="utf-8")


if __name__ == "__main__":
    main()
