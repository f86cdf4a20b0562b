"""How strict an exam must be, so that many exams rarely crown a false winner. Pure.

The chance of a false pass is shared out evenly among all exams that may be held (Bonferroni): N
entrants with A exams each get (1 - confidence) / (N A) an exam. Within one exam, `all` needs every
member to pass, so each may use the whole level (an intersection-union test, Berger 1982); `any`
gives false claims several chances, so its members share the level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..config.criteria import Criteria, Group
from ..config.criteria import Leaf as Criterion
from ..record.payloads import Bound, ExamRules
from .judge import passes


def exam_level(rules: ExamRules, entrants: int) -> float:
    """The chance of a false pass that one exam may take."""
    return (1 - rules.confidence) / (entrants * rules.attempts)


def leaf_levels(criteria: Criteria, level: float) -> tuple[float, ...]:
    """The level of each criterion, in the written order."""
    return tuple(_levels(criteria.group, level))


def _levels(node: Criterion | Group, level: float) -> list[float]:
    if not isinstance(node, Group):
        return [level]
    share = level / len(node.members) if node.kind == "any" else level
    return [each for member in node.members for each in _levels(member, share)]


def exam_held(criteria: Criteria, bounds: Sequence[Bound]) -> bool:
    """Do the criteria hold at the unfavourable end of what was measured?

    `bounds` in the written order of the criteria. One exam looks at one checkpoint: "for K checks"
    was asked of the claim, and is not asked again.
    """
    return _held(criteria.group, iter(leaves_held(criteria, bounds)))


def leaves_held(criteria: Criteria, bounds: Sequence[Bound]) -> list[bool]:
    """For each criterion in the written order: does it hold at its value and at its bound?"""
    leaves = [leaf for _, leaf in criteria.group.leaves()]
    if len(leaves) != len(bounds):
        return [False] * len(leaves)
    return [
        passes(leaf, each.value) and passes(leaf, each.bound)
        for leaf, each in zip(leaves, bounds, strict=True)
    ]


def _held(node: Criterion | Group, verdicts: Iterator[bool]) -> bool:
    """`verdicts` on the criteria from this node's first on; as many are taken as it has."""
    if not isinstance(node, Group):
        return next(verdicts)
    members = [_held(member, verdicts) for member in node.members]
    return all(members) if node.kind == "all" else any(members)
