"""What makes it pleasant: less or more on the screen, a word when it is over, completion."""

from __future__ import annotations

import http.server
import json
import os
import threading

import pytest

CONFIG = """
task: {use: guess}
entrants: {fast: {use: walker, options: {step: 3}}}
criteria: {every: 1, all: [closeness >= 0.9]}
"""


def test_quiet_shows_the_outcome_alone_and_verbose_the_figures_of_training(terminal):
    quiet = terminal.run(CONFIG, "--quiet").stdout
    (terminal.folder / "runs").rename(terminal.folder / "before")
    verbose = terminal.run(CONFIG, "--verbose").stdout
    assert quiet.strip().startswith("winner     fast at epoch 4")
    assert "epoch 1, 0" not in quiet
    assert "fast: epoch 4, " in verbose
    assert "batch 3 of 3: position 10" in verbose


def test_a_command_is_told_of_the_verdict(terminal):
    script = terminal.folder / "tell.sh"
    script.write_text('cat > told.json; echo "$TOURNAMENT_OUTCOME $TOURNAMENT_WINNER" > who')
    done = terminal.run(f"{CONFIG}notify: {{command: sh tell.sh}}\n")
    assert done.code == 0, done.stderr
    assert (terminal.folder / "who").read_text() == "winner fast\n"
    told = json.loads((terminal.folder / "told.json").read_text())
    assert (told["winner"], told["epoch"]) == ("fast", 4)
    name = done.folder.name
    assert told["text"] == f"{name}: fast won: the claim at epoch 4 was examined, and holds"


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.told.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def hook():
    with http.server.HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.told, server.answer = [], 200
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("answer", [200, 500])
def test_a_webhook_is_told_of_the_verdict_and_a_failure_to_tell_is_told(terminal, hook, answer):
    hook.answer = answer
    address = f"http://127.0.0.1:{hook.server_port}/hook"
    done = terminal.run(f"{CONFIG}notify: {{webhook: {address!r}}}\n")
    assert done.code == 0
    assert [json.loads(each)["winner"] for each in hook.told] == ["fast"]
    assert ("not told   notify.webhook: answered 500" in done.stdout) == (answer == 500)


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        ("{command: no-such-command}", "notify.command: cannot be started"),
        (
            "{command: \"sh -c 'echo no >&2; exit 3'\"}",
            "notify.command: ended with exit code 3: no",
        ),
        ("{webhook: 'http://127.0.0.1:9/'}", "notify.webhook: cannot be reached"),
    ],
)
def test_nobody_there_changes_nothing_and_is_told(terminal, notify, told):
    done = terminal.run(f"{CONFIG}notify: {notify}\n")
    assert done.code == 0
    assert told in done.stdout


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        ("{webhook: example.org}", "notify.webhook: expected an address that begins with https"),
        ('{command: "say \'it"}', "notify.command: cannot be split into words"),
        ("{mail: me}", "notify.mail: unknown key"),
    ],
)
def test_what_cannot_be_told_is_refused_before_anybody_trains(terminal, notify, told):
    done = terminal.run(f"{CONFIG}notify: {notify}\n")
    assert done.code == 2
    assert told in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_verbs(terminal, shell):
    script = terminal.tournament("completion", shell)
    assert script.code == 0
    assert f"_TOURNAMENT_COMPLETE={shell}_complete" in script.stdout
    words = {"COMP_WORDS": "tournament con", "COMP_CWORD": "1" if shell != "fish" else "con"}
    asked = {"_TOURNAMENT_COMPLETE": f"{shell}_complete", **words}
    terminal.environment |= asked
    assert "conform" in terminal.tournament().stdout
    assert os.environ.get("_TOURNAMENT_COMPLETE") is None
