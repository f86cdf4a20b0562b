"""Plain values -> YAML that `parse_yaml` reads back exactly.

PyYAML's own writer is not used: it quotes by YAML 1.1, so that the text "1e-4" would come back as a
number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from .scalars import resolve

# Words without quotes: names, paths, criteria, quantities such as 1h30m.
_UNQUOTED = re.compile(
    r"(?:[A-Za-z_/]|\.\.?/)[A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+<>=-]+)*"
    r"|[1-9][0-9]*[A-Za-z][A-Za-z0-9]*"
)
# Text here, but booleans to the readers of YAML 1.1 that somebody may open a run's config with.
_WORDS_OF_YAML_1_1 = frozenset({"y", "n", "yes", "no", "on", "off"})
# JSON escapes the rest of what YAML does not take as it is.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def flow(value: object) -> str:
    """A value on one line: `{every: 5, all: [a >= 1.5]}`. Raises TypeError for what is not JSON."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_scalar(k)}: {flow(member)}' for k, member in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(flow, value))}]"
    return _scalar(value)


def block(value: Mapping[str, object], indent: str = "") -> str:
    """A mapping with a line per key; mappings in it are indented, lists stay on one line."""
    lines = []
    for key, member in value.items():
        if isinstance(member, Mapping) and member:
            lines.append(f"{indent}{_scalar(key)}:\n{block(member, indent + '  ')}")
        else:
            lines.append(f"{indent}{_scalar(key)}: {flow(member)}\n")
    return "".join(lines)


def shown(value: object) -> str:
    """What was given, in a few words for a message."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, str):
        return f"the text {value!r:.50}"
    if isinstance(value, int) and abs(value) > 2**64:
        return "a number beyond 64 bits"
    return str(value).lower() if isinstance(value, bool) else repr(value)[:40]


def _scalar(value: object) -> str:
    if isinstance(value, str) and _UNQUOTED.fullmatch(value) and _is_text(value):
        return value
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _is_text(word: str) -> bool:
    if word.casefold() in _WORDS_OF_YAML_1_1:
        return False
    try:
        return resolve(word) == word
    except ValueError:
        return False
