"""What a plain word of YAML stands for, by the core schema of YAML 1.2 (section 10.3.2).

PyYAML follows YAML 1.1, where `no` is false, `1:30` is ninety and `1e-4` is text. Here only `true`
and `false` are booleans, nothing is a date, and `1e-4` is a number.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

LARGEST = 2**63 - 1
"""Whole numbers beyond this are refused: few readers keep them exact."""

_WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NON_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def resolve(word: str) -> Scalar:
    """The value of an unquoted scalar. Raises ValueError, with a sentence, for an unusable number.

    >>> resolve("1e-4"), resolve("no"), resolve("0x10"), resolve("~")
    (0.0001, 'no', 16, None)
    """
    if word in _WORDS:
        return _WORDS[word]
    if _NON_FINITE.fullmatch(word):
        raise ValueError(f"{word} is not a finite number; give a number, or leave the key out")
    for pattern, base in ((_DECIMAL, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(word):
            return _whole(word, base)
    if _FLOAT.fullmatch(word):
        return _real(word)
    return word


def usable(text: str) -> str:
    """The text itself. Raises ValueError where no file, path or message could hold it."""
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("a text can hold neither \\0 nor half of a surrogate pair")
    return text


def _whole(word: str, base: int) -> int:
    # Python refuses to read thousands of decimal digits, so their number is looked at first.
    value = int(word, base) if len(word) <= 64 else LARGEST + 1
    if abs(value) > LARGEST:
        raise ValueError(f"{word[:20]} is beyond 64 bits; put quotes around it if it is text")
    return value


def _real(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ValueError(f"{word[:20]} is too large for a floating-point number (at most 1.8e308)")
    return value
