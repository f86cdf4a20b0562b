"""What a config file may not contain is refused with its line; the rest is kept with its line."""

from __future__ import annotations

import pytest

from tournament.config.parse import parse_yaml
from tournament.config.tree import find, plain

EMPTY = "c: the file is empty; a config says at least `task`, `entrants` and `criteria`"


def wrong(text: str) -> list[str]:
    return [str(problem) for problem in parse_yaml(text, "c").problems]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", [EMPTY]),
        ("# only this\n\n", [EMPTY]),
        ("---\n", ["c:2: expected a mapping of keys to values, such as `task: ...`"]),
        ("\n5", ["c:2: expected a mapping of keys to values, such as `task: ...`"]),
        ("- a\n- b", ["c:1: expected a mapping of keys to values, such as `task: ...`"]),
        ("a: 1\n---\nb: 2", ["c:2: a second document begins here; a config is one document"]),
        ("%YAML 1.1\n---\na: 1", ["c:1: %YAML: this file is read as YAML 1.2; remove this line"]),
        (
            "a: !!python/object/apply:os.system [echo]",
            ["c:1: a: tags such as tag:yaml.org,2002:python/object/apply:os are not allowed; "
             "put text into quotes, and write the rest plainly"],
        ),
        (
            "a:\n- !secret x",
            ["c:2: a.0: tags such as !secret are not allowed; put text into quotes, and write the "
             "rest plainly"],
        ),
        ("a: 1\nb: 2\na: 3", ["c:3: a: this key is already there in line 1; keep one"]),
        ("x: {a: 1,\n a: 2}", ["c:2: x.a: this key is already there in line 1; keep one"]),
        ("x:\n  1: a", ["c:2: x: a key must be text; 1 is not: write '1':"]),
        ("true: a", ["c:1: a key must be text; true is not: write 'true':"]),
        ("x:\n  ?\n  : a", ["c:2: x: there is no key before this ':'"]),
        ("x: {[1]: a}", ["c:1: x: a key must be text, not a list or mapping in brackets"]),
        ("x: {{name}}", ["c:1: x: a key must be text, not a list or mapping in brackets"]),
        ("a: &n 1\nx: {*n : 2}", ["c:2: x: a key must be text; *n is not: write '*n':"]),
        ("a" * 129 + ": 1", ["c:1: a key of 129 characters; at most 128"]),
        (
            "a: &x {b: 1}\nc:\n  <<: *x",
            ["c:3: c: merge keys (<<) are not part of YAML 1.2; use `extends: FILE`"],
        ),
        ("a: *x", ["c:1: a: *x: there is no &x before it"]),
        ("a: &x\n  b: *x", ["c:2: a.b: *x stands inside &x itself"]),
        ("a: [.nan]",
         ["c:1: a.0: .nan is not a finite number; give a number, or leave the key out"]),
        ("a: 1e400", ["c:1: a: 1e400 is too large for a floating-point number (at most 1.8e308)"]),
        ("a: \"x\\0\"", ["c:1: a: a text can hold neither \\0 nor half of a surrogate pair"]),
        ("a: \"\\ud800\"", ["c:1: a: a text can hold neither \\0 nor half of a surrogate pair"]),
        ("a: 1\nb: \x07", ["c:2: the character U+0007 may not stand in a config; remove it"]),
        ("a: b\u2028c", ["c:1: the character U+2028 may not stand in a config; remove it"]),
        ("a\0:\0", ["c:1: the character U+0000 may not stand in a config; is the file UTF-16? "
                    "Save it as UTF-8"]),
        ("a: [" * 70, ["c:1: nested more than 64 levels deep"]),
    ],
)  # fmt: skip
def test_what_is_refused_is_named_with_its_line(text: str, messages: list[str]) -> None:
    assert wrong(text) == messages


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a:\n\tb: 1", 2, "a tab stands where only spaces may; YAML indents with spaces"),
        ("a: [>= 3]", 1, "'>' cannot begin a value; put quotes around the value"),
        (
            "a: b: c", 1, "this `key:` cannot stand here; is it indented as its neighbours are, "
            "and does a text that holds ': ' have quotes?",
        ),
        ("a: 1\nno colon\nb: 2", 2, "there is no ': ' in this line; write `key: value`"),
        ("a: [1,\nb: c\n", 3, "the [ of line 1 is not closed here; add ] or a comma"),
        ("\na: {b: 1", 2, "the { of line 2 is not closed here; add } or a comma"),
        ("a: 'x\n\nb: 2", 3, "the quote that line 1 opens is never closed"),
        (
            "a: 'it's'", 1, "something follows a value that is complete; is there a quote inside "
            "quotes?",
        ),
        (
            "a:\n  b: 1\n c: 2", 3, "this does not continue what begins in line 1; is it indented "
            "as its neighbours are, and are keys and `- ` not mixed?",
        ),
        (
            "{a: 1}}", 1, "this does not continue what is before it; is it indented as its "
            "neighbours are, or is a bracket closed twice?",
        ),
        ("a: }", 1, "there is no value before '}'; put quotes around it if it is text"),
        ("a: *", 1, "text that begins with * or & needs quotes"),
        ('a: "C:\\data"', 1,
         "in double quotes \\ begins an escape; write \\\\, or use single quotes"),
        (
            'a: "\\U99999999"', 1, "an escape such as \\U0001F600 or a version is out of range "
            "here",
        ),
        (
            "a: |1x", 1, "while scanning a block scalar expected chomping or indentation "
            "indicators, but found 'x'",
        ),
    ],
)  # fmt: skip
def test_a_syntax_error_says_what_to_change_and_where(text: str, line: int, sentence: str) -> None:
    assert wrong(text) == [f"c:{line}: not valid YAML: {sentence}"]


def test_everything_after_which_reading_can_go_on_is_told_at_once() -> None:
    text = "a: .inf\nb: !x 1\nb: 2\n3: c\nd: [unclosed"
    assert [problem.line for problem in parse_yaml(text, "c").problems] == [1, 2, 3, 4, 5]


def test_what_is_refused_leaves_the_rest_of_the_tree() -> None:
    parsed = parse_yaml("a: .inf\nb: {c: 1, c: 2}\n3: x\nd: ok", "c")
    assert parsed.root is not None
    assert plain(parsed.root) == {"a": None, "b": {"c": 1}, "d": "ok"}


def test_a_few_ordinary_aliases_are_read_and_keep_their_own_lines() -> None:
    root = parse_yaml("base: &b\n  lr: 0.1\nx: *b\ny:\n  - 1\n  - *b", "c").root
    assert root is not None
    assert plain(root)["x"] == plain(root)["y"][1] == {"lr": 0.1}
    assert find(root, "x").place.line == 3
    assert find(root, "y.1").place.line == 6
    assert find(root, "x.lr").place.line == 2


def test_billion_laughs_are_refused() -> None:
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for old, new in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]")
    (message,) = wrong("\n".join(lines))
    assert message.startswith("c:4: more than 10,000 keys and values up to here (an alias counts")


def test_an_alias_to_a_long_text_counts_for_its_length() -> None:
    text = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 120)}]"
    (message,) = wrong(text)
    assert message.startswith("c:2: more than 10,000 keys and values")


def test_aliases_cannot_hide_depth() -> None:
    lines = [f"a0: &a0 {'[' * 50}{']' * 50}", f"a1: {'[' * 20}*a0{']' * 20}"]
    assert wrong("\n".join(lines)) == ["c:2: nested more than 64 levels deep"]


def test_as_many_values_as_allowed_are_read() -> None:
    assert wrong(f"a: [{'1, ' * 9_997}]") == []
    assert len(wrong(f"a: [{'1, ' * 9_998}]")) == 1


def test_a_key_with_dots_in_its_name_is_found() -> None:
    root = parse_yaml("a:\n  v1.2:\n    b: 1\n  v1:\n    x: 2", "c").root
    assert root is not None
    assert find(root, "a.v1.2.b").place.line == 3
    assert find(root, "a.v1.x").place.line == 5
    assert find(root, "a.v1.2.zzz").place.line == 2
    assert find(root, "a.nope.b").place.line == 1
    assert find(root, "zzz").place.line == 1
