"""Claims are examined by real examiners and examinees, and only an exam makes a winner."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.referee.race import Race, check
from tournament.cli.show_view import closeness
from tournament.match.verify import verify_run
from tournament.record.folder import RunFolder
from tournament.record.payloads import Claim, Exam, Examined, Rejected, Sealed, Verdict

from .conftest import Done, Terminal

EXAM_TOYS = Path(__file__).parent.parent / "exam" / "exam_toys"

HONEST = """
task: {use: guess}
entrants:
  fast: {use: walker, max_epochs: 40, options: {step: 2}}
  slow: {use: walker, max_epochs: 40, options: {step: 0.001, batches: 50}}
criteria: {every: 1, all: [closeness >= 0.9, distance < 0.1]}
"""

BROKEN = """
task: {{use: guess}}
entrants:
  broken: {{use: {broken}, max_epochs: 12, options: {{step: 5}}}}
  honest: {{use: patient, max_epochs: 40, options: {{step: 1}}}}
criteria: {{every: 1, all: [closeness >= 0.9]}}
exam: {{attempts: 1, timeout: {timeout}}}
stop: {{grace: 10s, terminate: 1s}}
"""


def equipped(folder: Path) -> Terminal:
    """With the strategies that misbehave in exams, and a place of its own for scratch folders."""
    terminal = Terminal(folder)
    place = folder / "plugin-exam-toys"
    info = place / "exam_toys-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: exam_toys\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tournament]\nexam_toys = exam_toys\n")
    terminal.environment["PYTHONPATH"] += f"{os.pathsep}{place}{os.pathsep}{EXAM_TOYS}"
    scratch = folder / "tmp"
    scratch.mkdir()
    terminal.environment["TMPDIR"] = str(scratch)
    return terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return equipped(tmp_path)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A finished race that nobody may change."""
    return equipped(tmp_path_factory.mktemp("honest")).run(HONEST)


@pytest.fixture
def copied(terminal: Terminal, honest: Done) -> RunFolder:
    """The same, for tests that change it."""
    place = terminal.folder / "copies" / honest.folder.name
    shutil.copytree(honest.folder.path, place)
    return RunFolder(place)


def broken(name: str, timeout: str = "60s") -> str:
    return BROKEN.format(broken=name, timeout=timeout)


def of(done: Done, kind: type) -> list:
    return [event for event in done.events if isinstance(event.data, kind)]


def left_running(terminal: Terminal) -> list[list[str]]:
    """The commands of all processes that were told of a file in this test's folder."""
    place = str(terminal.folder)
    told = [each.info["cmdline"] or [] for each in psutil.process_iter(["cmdline"])]
    return [command for command in told if any(word.startswith(place) for word in command)]


def left_in_scratch(terminal: Terminal) -> list[str]:
    return [path.name for path in Path(terminal.environment["TMPDIR"]).iterdir()]


# --- the honest -----------------------------------------------------------------------------------


def test_an_honest_winner_was_examined(honest):
    assert honest.code == 0, honest.stderr
    verdict = honest.verdict
    assert verdict["winner"] == "fast"
    assert verdict["claimed"] == pytest.approx({"closeness": 1.0, "distance": 0.0})
    assert verdict["examined"] == verdict["claimed"]
    assert [bound["criterion"] for bound in verdict["bounds"]] == [
        "closeness >= 0.9", "distance < 0.1"
    ]  # fmt: skip
    assert [finding["name"] for finding in verdict["findings"]] == [
        "finite", "repeatable", "batch-invariant", "reproduced", "round-trip"
    ]  # fmt: skip
    assert all(finding["passed"] for finding in verdict["findings"])
    first = honest.standing("fast")["claims"][0]
    assert first["epoch"] == verdict["epoch"] == 5
    assert first["rejected"] is None
    assert first["examined"] == first["claimed"]
    assert list((honest.runs.parent / "tmp").iterdir()) == []


def test_each_step_of_an_exam_is_in_the_log_and_names_the_one_before(honest):
    (exam,), (sealed,), (result,), (verdict,) = (
        of(honest, kind) for kind in (Exam, Sealed, Examined, Verdict)
    )
    claim = of(honest, Claim)[0]
    assert exam.data.because == claim.offset
    assert sealed.data.because == result.data.because == exam.offset
    assert verdict.data.because == result.offset
    assert claim.offset < exam.offset < sealed.offset < result.offset < verdict.offset


def test_the_seed_is_in_no_file_but_the_log_and_the_result(honest):
    (result,) = of(honest, Examined)
    seed = str(result.data.seed).encode()
    files = [path for path in honest.folder.path.rglob("*") if path.is_file()]
    told = {path.name for path in files if seed in path.read_bytes()}
    assert told == {"events.jsonl", "result.json"}


def test_the_log_proves_the_verdict(terminal, honest):
    run, head = honest.folder.path, honest.verdict["log_hash"]
    assert verify_run(honest.folder, head).files > 0
    for arguments in ([], ["--hash", head, "--exam"]):
        verified = terminal.tournament("verify", run, *arguments)
        assert verified.code == 0, verified.stderr
        assert "decisions  all follow from the events before them" in verified.stdout
        assert f"log hash   {head}" in verified.stdout
        held = "exams      1 held again on the logged seeds: the same"
        assert (held in verified.stdout) is ("--exam" in arguments)
    assert left_in_scratch(terminal) == []


def test_another_hash_than_the_printed_one_is_refused(terminal, honest):
    verified = terminal.tournament("verify", honest.folder.path, "--hash", "0" * 64)
    assert verified.code == 2
    assert "events at its end are missing or added" in verified.stderr
    assert verified.stdout == ""


def test_an_exam_that_gives_something_else_when_it_is_held_again_is_told(terminal, honest):
    toys = Path(terminal.environment["PYTHONPATH"].split(os.pathsep)[0], "toys.py").read_text()
    other = terminal.folder / "other"
    other.mkdir()
    (other / "toys.py").write_text(
        toys.replace(
            'return {"guess": np.full(len(inputs), self.position)}',
            'return {"guess": np.full(len(inputs), self.position - 0.05)}',
        )
    )
    terminal.environment["PYTHONPATH"] = f"{other}{os.pathsep}{terminal.environment['PYTHONPATH']}"
    verified = terminal.tournament("verify", honest.folder.path, "--exam")
    assert verified.code == 2
    assert "exams that were held again gave something else" in verified.stderr
    assert "fast, exam 1: closeness: logged 1, now 0.952381" in verified.stderr


def test_a_checkpoint_that_was_changed_after_the_race_is_found(terminal, copied):
    path = copied.trial("fast").checkpoint(5)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    verified = terminal.tournament("verify", copied.path)
    assert verified.code == 2
    assert f"{path}: changed after its hash was logged" in verified.stderr


def test_a_checkpoint_that_is_gone_cannot_be_examined_again(terminal, copied):
    copied.trial("fast").checkpoint(5).unlink()
    assert terminal.tournament("verify", copied.path).code == 0
    verified = terminal.tournament("verify", copied.path, "--exam")
    assert verified.code == 2
    assert "the claimed checkpoint cannot be read" in verified.stderr


@pytest.mark.parametrize("content", ["{}", "no json"])
def test_an_exam_whose_spec_is_none_cannot_be_held_again(terminal, copied, content):
    copied.trial("fast").exam(1).spec.write_text(content)
    verified = terminal.tournament("verify", copied.path, "--exam")
    assert verified.code == 2
    assert "what the examiner was told cannot be read" in verified.stderr


# --- show and judge -------------------------------------------------------------------------------


def words(text: str) -> str:
    """Without what a terminal's width makes of it."""
    return " ".join(text.split())


def test_show_tells_what_was_claimed_and_examined_and_who_came_close(terminal, honest):
    shown = terminal.tournament("show", honest.folder.path)
    assert shown.code == 0, shown.stderr
    text = words(shown.stdout)
    assert "fast won: the claim at epoch 5 was examined, and holds" in text
    assert "fast claimed at epoch 5: held" in text
    assert "closeness >= 0.9: claimed 1; examined 1 (no interval)" in text
    assert "✓ repeatable: the same inputs, asked twice" in text
    assert "Did others come close? slow: " in text
    assert "What each used" in text


def test_judge_tells_who_would_have_claimed(terminal, honest):
    terminal.write("all: [distance <= 4]\nevery: 1\n", "other.yaml")
    judged = terminal.tournament("judge", honest.folder.path, "--criteria", "other.yaml")
    assert judged.code == 0, judged.stderr
    assert "criteria   {all: [distance <= 4]}, each check" in judged.stdout
    assert "claim 1    fast at epoch 3: distance 4" in judged.stdout
    assert "no claim   slow" in judged.stdout


def test_judge_takes_the_criteria_of_a_config(terminal, honest):
    terminal.write(HONEST)
    judged = terminal.tournament("judge", honest.folder.path, "--criteria", "race.yaml")
    assert judged.code == 0, judged.stderr
    assert "claim 1    fast at epoch 5" in judged.stdout


def test_judge_refuses_a_metric_that_was_not_measured(terminal, honest):
    terminal.write("all: [nearness >= 4]\nevery: 1\n", "other.yaml")
    judged = terminal.tournament("judge", honest.folder.path, "--criteria", "other.yaml")
    assert judged.code == 2
    assert "other.yaml:1: all.0: the log has no metric 'nearness'. " in judged.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("every: 1\nall: [closeness => 4]\n", "other.yaml:2: all.0: "),
        ("every: 1\n", "missing; add `all` or `any`"),
        ("all: [closeness >= 4]\nevery: 0\n", "other.yaml:2: every: expected a whole number"),
        ("criteria:\n  every: 1\n  all: [4]\n", "other.yaml:3: criteria.all.0: "),
        ("all: [closeness >= 4\n", "other.yaml:"),
        ("- closeness >= 4\n", "other.yaml"),
        ("", "other.yaml"),
    ],
)
def test_judge_tells_what_is_wrong_with_its_file(terminal, honest, content, told):
    terminal.write(content, "other.yaml")
    judged = terminal.tournament("judge", honest.folder.path, "--criteria", "other.yaml")
    assert judged.code == 2
    assert told in words(judged.stderr)
    assert "Traceback" not in judged.stderr


def test_judge_refuses_a_file_that_is_not_there(terminal, honest):
    judged = terminal.tournament("judge", honest.folder.path, "--criteria", "missing.yaml")
    assert judged.code == 2
    assert "missing.yaml" in judged.stderr


@pytest.mark.parametrize("verb", ["show", "verify", "judge"])
def test_a_folder_that_is_no_run_is_refused(terminal, verb):
    empty = terminal.folder / "empty"
    empty.mkdir()
    terminal.write("all: [a >= 4]\nevery: 1\n", "other.yaml")
    more = ["--criteria", "other.yaml"] if verb == "judge" else []
    done = terminal.tournament(verb, empty, *more)
    assert done.code == 2
    assert "cannot read the event log" in done.stderr


# --- exams that break -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "timeout", "reason"),
    [
        ("raisesinexam", "60s", "the examinee failed in predict: RuntimeError: not today"),
        ("refusesitsstate", "60s", "this state is somebody else's"),
        ("exitsinexam", "60s", "the examinee ended with code 7 in predict"),
        ("killedinexam", "60s", "killed by SIGKILL, as the kernel does when memory runs out"),
        ("closesitsline", "60s", "the examinee closed its line in predict"),
        ("saysgarbage", "60s", "the examinee gave a reply that is none"),
        ("answersapickle", "60s", "what predict gave is no file of arrays"),
        ("answersobjects", "60s", "predict gave 'guess' = object; expected a NumPy array"),
        ("hangsinexam", "5s", "the examinee did not answer in time (predict)"),
        ("hangswhenloaded", "5s", "the examinee did not answer in time (loading the strategy"),
        ("changesitscheckpoint", "60s", "is not the one that was claimed: its hash has changed"),
        ("better", "60s", "closeness was claimed as 1; the claimed checkpoint gives 0.1667"),
        ("takestheexamsfolder", "60s", "the exam could not begin: "),
        ("plantsitsresult", "60s", "the examiner was killed by SIGKILL without a result"),
        ("answersapipe", "60s", "is no plain file"),
        ("exchangeswhatistold", "60s", "the examiner ended with code 1 without a result"),
        ("talkswithoutend", "60s", "the exam wrote more than 50 MB of output"),
    ],
)
def test_a_claim_whose_exam_breaks_is_rejected_and_the_race_goes_on(
    terminal, name, timeout, reason
):
    done = terminal.run(broken(name, timeout))
    assert done.code == 0, done.stderr
    assert done.verdict["winner"] == "honest"
    first = of(done, Rejected)[0].data
    assert first.trial == "broken"
    assert reason in " ".join(first.reasons)
    claim = done.standing("broken")["claims"][0]
    assert reason in " ".join(claim["rejected"])
    assert left_in_scratch(terminal) == []
    assert left_running(terminal) == []
    if name != "changesitscheckpoint":
        assert terminal.tournament("verify", done.folder.path).code == 0


OUT_OF_TURN = """
task: {{use: guess}}
entrants:
  broken: {{use: {broken}, max_epochs: 12, options: {{step: 5}}}}
  honest: {{use: walker, max_epochs: 40, options: {{step: 1, pause: 0.1}}}}
criteria: {{every: 1, all: [closeness >= 0.9]}}
"""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("speakstooearly", "check before broken was told to start"),
        ("tellsachecktwice", "check 0 of broken; 1 was due"),
    ],
)
def test_who_speaks_out_of_turn_fails_alone_and_spoils_no_proof(terminal, name, reason):
    done = terminal.run(OUT_OF_TURN.format(broken=name))
    assert done.code == 0, done.stderr
    assert done.verdict["winner"] == "honest"
    assert done.standing("broken")["state"] == "FAILED"
    assert reason in done.stdout
    assert terminal.tournament("verify", done.folder.path).code == 0


def test_what_an_examiner_was_told_cannot_be_exchanged_afterwards(terminal, copied):
    path = copied.trial("fast").exam(1).spec
    path.write_text(path.read_text().replace("toys:Guess", "toys:HalfMetrics"))
    verified = terminal.tournament("verify", copied.path, "--exam")
    assert verified.code == 2
    assert "not what the examiner was told" in verified.stderr


def test_a_broken_exam_is_verified_shown_and_not_repeated(terminal):
    done = terminal.run(broken("raisesinexam"))
    assert len([e for e in of(done, Exam) if e.data.trial == "broken"]) == 1
    later = [e.data for e in of(done, Rejected) if e.data.trial == "broken"][1:]
    assert all("all 1 exams of this entrant are used up" in r.reasons[0] for r in later)
    verified = terminal.tournament("verify", done.folder.path, "--exam")
    assert verified.code == 0, verified.stderr
    assert "exams      2 held again on the logged seeds: the same" in verified.stdout
    text = words(terminal.tournament("show", done.folder.path).stdout)
    assert "broken claimed at epoch 2: rejected" in text
    assert "the examinee failed in predict: RuntimeError: not today" in text


def test_a_claim_of_a_worker_that_is_gone_is_examined_all_the_same(terminal):
    done = terminal.run(HONEST.replace("max_epochs: 40", "max_epochs: 5"))
    assert done.verdict["winner"] == "fast"
    assert done.standing("fast")["state"] == "COMPLETED"


def test_one_that_meets_the_criteria_after_the_end_is_told_so():
    race = Race(trials=("x", "y")).start()
    race.say_all(check(1, a=2), "x")
    race.say_all(check(1, a=2), "y")
    standings = race.referee.standings
    told = closeness(standings, standings.trials["y"])
    assert told == "met the criteria too, at epoch 1, when the race was decided"


# --- Ctrl-C ---------------------------------------------------------------------------------------


def examined_with_a_child(terminal: Terminal):
    """A match in whose exam the examinee and a deaf child of it hang; and the ids of those two."""
    pipe = terminal.folder / "pipe"
    os.mkfifo(pipe)
    told = f"{{step: 5, told: {json.dumps(str(pipe))}}}"
    terminal.write(broken("leavesachild").replace("{step: 5}", told))
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)) as reader:
        process = terminal.start("run", "race.yaml")
        if not select.select([reader], [], [], 60)[0]:
            process.kill()
            raise AssertionError(process.communicate())
        os.set_blocking(reader.fileno(), True)
        examinee, child = map(int, reader.read().split())
    return process, examinee, child


def test_ctrl_c_during_an_exam_ends_everything_within_the_grace(terminal):
    process, examinee, child = examined_with_a_child(terminal)
    children = psutil.Process(process.pid).children(recursive=True)
    assert {examinee, child} <= {each.pid for each in children}
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    done = terminal.finish(process, timeout=60)
    assert time.monotonic() - start < 10
    assert done.code == 130
    assert done.verdict["outcome"] == "interrupted"
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
    assert left_running(terminal) == []
    assert left_in_scratch(terminal) == []
    assert terminal.tournament("verify", done.folder.path).code == 0


def test_an_exam_does_not_outlive_a_killed_match(terminal):
    process, examinee, child = examined_with_a_child(terminal)
    running = psutil.Process(process.pid).children(recursive=True)
    assert {examinee, child} <= {each.pid for each in running}
    process.kill()
    process.communicate()
    assert psutil.wait_procs(running, timeout=2)[1] == []


DOUBTED = """
task: {{use: {task}}}
entrants: {{walker: {{max_epochs: 8, options: {{step: 5}}}}}}
criteria: {{every: 1, all: {criteria}}}
exam: {{attempts: 1}}
"""


def test_a_check_that_no_criterion_rests_on_refuses_nobody_and_is_told(terminal):
    done = terminal.run(DOUBTED.format(task="doubtful", criteria="[closeness >= 0.9]"))
    assert done.code == 0, done.stdout
    (warning,) = done.verdict["warnings"]
    assert (
        "'far-off' (too far); it won all the same, since no criterion rests on distance" in warning
    )
    assert "far-off" in done.stdout
    shown = terminal.tournament("show", done.folder.path).stdout
    assert "far-off: too far: failed, but no criterion rests on distance" in shown


@pytest.mark.parametrize(
    ("task", "reason"),
    [("doubtful", "too far"), ("misspelt", "bears on distanc, which the task does not measure")],
)
def test_a_check_refuses_a_claim_that_rests_on_what_it_is_about(terminal, task, reason):
    done = terminal.run(DOUBTED.format(task=task, criteria="[closeness >= 0.9, distance <= 0.1]"))
    assert done.code == 3, done.stdout
    rejected = next(e.data for e in done.events if isinstance(e.data, Rejected))
    assert reason in rejected.reasons[0]
