"""PyYAML's syntax errors, in words for who wrote the file."""

from __future__ import annotations

import re

import yaml

from ..errors import Problem
from .tree import Place

_SENTENCES = (
    ("unknown escape character", "in double quotes \\ begins an escape; write \\\\, or use single "
     "quotes"),
    ("found character '\\t'", "a tab stands where only spaces may; YAML indents with spaces"),
    ("found character", "{found} cannot begin a value; put quotes around the value"),
    ("mapping values are not allowed", "this `key:` cannot stand here; is it indented as its "
     "neighbours are, and does a text that holds ': ' have quotes?"),
    ("could not find expected ':'", "there is no ': ' in this line; write `key: value`"),
    ("expected ',' or ']'", "the [ of line {begun} is not closed here; add ] or a comma"),
    ("expected ',' or '}'", "the {{ of line {begun} is not closed here; add }} or a comma"),
    ("while scanning a quoted scalar", "the quote that line {begun} opens is never closed"),
    ("but found '<scalar>'", "something follows a value that is complete; is there a quote inside "
     "quotes?"),
    ("expected <block end>", "this does not continue what begins in line {begun}; is it indented "
     "as its neighbours are, and are keys and `- ` not mixed?"),
    ("expected '<document start>'", "this does not continue what is before it; is it indented as "
     "its neighbours are, or is a bracket closed twice?"),
    ("expected the node content", "there is no value before {found}; put quotes around it if it is "
     "text"),
    ("expected alphabetic or numeric", "text that begins with * or & needs quotes"),
)  # fmt: skip


def syntax_problem(error: yaml.MarkedYAMLError, file: str) -> Problem:
    """What the parser could not read, at the line that has to be changed."""
    said = f"{error.context or ''} {error.problem or ''}"
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    if "could not find expected ':'" in said:
        mark = begun or mark
    line = mark.line + 1 if mark else None
    quoted = re.findall(r"'.+?'", error.problem or "")
    sentence = next((text for words, text in _SENTENCES if words in said), "{problem}").format(
        found=quoted[-1] if quoted else "this",
        begun=begun.line + 1 if begun else line,
        problem=said.strip(),
    )
    return Place(file, line).problem("", f"not valid YAML: {sentence}")
