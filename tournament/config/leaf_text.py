"""One criterion as a person writes it: `METRIC OP NUMBER`, then perhaps `for K checks`.

Such as `val_accuracy >= 0.75` or `loss < 1e-3 for 3 checks`.
"""

from __future__ import annotations

import math
import re
from typing import Literal, NamedTuple, cast

Op = Literal[">=", ">", "<=", "<"]

METRIC = r"[A-Za-z_](?:[A-Za-z0-9_./-]*[A-Za-z0-9_])?"
NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
LONGEST = 200
MOST_CHECKS = 1_000_000

_LEAF = re.compile(
    rf"({METRIC})\s*(>=|<=|>|<)\s*({NUMBER})(?:\s+for\s+([0-9]{{1,7}})\s+checks?)?", re.ASCII
)


class LeafText(NamedTuple):
    """The parts of one criterion. `holds`: for how many checks in a row it must be met."""

    metric: str
    op: Op
    threshold: float
    holds: int


def read_leaf(text: str) -> LeafText:
    """The parts of `text`. Raises ValueError: what is wrong, and a right example."""
    text = text.strip()
    if len(text) > LONGEST:
        raise ValueError(f"a criterion of {len(text)} characters; {_form()}")
    found = _LEAF.fullmatch(text)
    if not found:
        raise ValueError(f"cannot read {text!r}: {_advice(text)}")
    metric, op, number, checks = found.groups()
    if not math.isfinite(float(number)):
        form = _form(f"{metric} {op} 0.75")
        raise ValueError(f"cannot read {text!r}: a threshold must be a finite number; {form}")
    holds = int(checks or 1)
    if not 1 <= holds <= MOST_CHECKS:
        raise ValueError(f"cannot read {text!r}: {_advice(text)}")
    return LeafText(metric, cast(Op, op), float(number), holds)


def _advice(text: str) -> str:
    """What the person probably meant, and how to write it with the same metric and number."""
    metric = found[0] if (found := re.search(rf"(?<![\w.]){METRIC}", text)) else "val_accuracy"
    numbers = re.search(rf"(?<![\w.]){NUMBER}", text.replace(",", "."))
    number = numbers[0] if numbers and math.isfinite(float(numbers[0])) else "0.75"
    example = f"{metric} {_operator(text)} {number}"
    for pattern, advice in _MISTAKES:
        if re.search(pattern, text):
            share = f"{metric} {_operator(text)} {float(number) / 100:g}"
            return advice.format(example=example, share=share, form=_form(example))
    return _form(example)


_OPS = {"=<": "<=", "=>": ">=", "≤": "<=", "⩽": "<="}


def _operator(text: str) -> str:
    """The operator that was meant: turned round where the number comes before the metric."""
    found = re.search(r"=[<>]|[<>]=?|[≤⩽]", text)
    op = _OPS.get(found[0], found[0]) if found else ">="
    if re.match(NUMBER, text):
        return op.translate(str.maketrans("<>", "><"))
    return op


def _form(example: str = "val_accuracy >= 0.75") -> str:
    return (
        f"write METRIC OP NUMBER, such as `{example}` or `{example} for 3 checks`, "
        "where OP is >=, >, <= or <"
    )


_CHECKS = (
    f"say for how many checks with a whole number from 1 to {MOST_CHECKS:,}, "
    "such as `{example} for 3 checks`"
)
_MISTAKES = (
    (r"≥|⩾", "write >= in place of ≥, such as `{example}`"),
    (r"≤|⩽", "write <= in place of ≤, such as `{example}`"),
    (r"=>|=<", "the = comes last, >= or <=, such as `{example}`"),
    (r"!=|==|≠|(?<![<>])=", "a measured number is hardly ever equal to another; use >= or <=, "
     "such as `{example}`"),
    (r"(?i)\b(and|or)\b|&&|\|\||[<>].*[<>]", "one comparison a criterion; make a group of several: "
     "`all: [a >= 1, b < 2]` or `any: [a >= 1, b < 2]`"),
    (r"(?i)[<>]=?\s*[-+]?\.?(nan|inf)", "a threshold must be a finite number; {form}"),
    (r"%", "write a share as a number between 0 and 1, such as `{share}`"),
    (r"[0-9],[0-9]", "decimals are written with a point, such as `{example}`"),
    (rf"^{NUMBER}\s*[<>]", "the metric comes first; {form}"),
    (r"^[<>]", "the name of a metric is missing; {form}"),
    (r"[<>]=?$", "the number is missing; {form}"),
    (rf"[<>]=?\s*{NUMBER}\s*for\b", _CHECKS),
)  # fmt: skip
