"""Claims are examined by real examiners and examinees, and only an exam makes a winner."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tournament.match.verify import verify_run
from tournament.record.payloads import Claim, Ended, Exam, Examined, Rejected, Sealed, Verdict

from .conftest import Done, Terminal, wait_for

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
  honest: {{use: walker, max_epochs: 40, options: {{step: 1}}}}
criteria: {{every: 1, all: [closeness >= 0.9]}}
exam: {{attempts: 1, timeout: {timeout}}}
stop: {{grace: 10s, terminate: 1s}}
"""


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    """With the strategies that misbehave in exams, and a folder of its own for scratch files."""
    place = terminal.folder / "plugin-exam-toys"
    info = place / "exam_toys-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: exam_toys\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tournament]\nexam_toys = exam_toys\n")
    terminal.environment["PYTHONPATH"] += f"{os.pathsep}{place}{os.pathsep}{EXAM_TOYS}"
    scratch = terminal.folder / "tmp"
    scratch.mkdir()
    terminal.environment["TMPDIR"] = str(scratch)
    return terminal


def broken(name: str, timeout: str = "60s") -> str:
    return BROKEN.format(broken=name, timeout=timeout)


def of(done: Done, kind: type) -> list:
    return [event for event in done.events if isinstance(event.data, kind)]


def exam_processes() -> set[int]:
    """The ids of examiners and examinees that run on this machine and belong to this test."""
    children = psutil.Process().children(recursive=True)
    return {child.pid for child in children if "tournament.exam" in " ".join(child.cmdline())}


def left_in_scratch(terminal: Terminal) -> list[str]:
    return [path.name for path in Path(terminal.environment["TMPDIR"]).iterdir()]


# --- the honest -----------------------------------------------------------------------------------


def test_an_honest_winner_was_examined(terminal):
    done = terminal.run(HONEST)
    assert done.code == 0, done.stderr
    assert done.verdict["winner"] == "fast"
    assert done.verdict["claimed"] == {"closeness": 1.0, "distance": 0.0}
    assert done.verdict["examined"] == {"closeness": 1.0, "distance": 0.0}
    assert [bound["criterion"] for bound in done.verdict["bounds"]] == [
        "closeness >= 0.9", "distance < 0.1"
    ]  # fmt: skip
    assert [finding["name"] for finding in done.verdict["findings"]] == [
        "finite", "repeatable", "batch-invariant", "reproduced", "round-trip"
    ]  # fmt: skip
    assert all(finding["passed"] for finding in done.verdict["findings"])
    (claim,) = done.standing("fast")["claims"]
    assert claim["rejected"] is None
    assert claim["examined"] == claim["claimed"]
    assert left_in_scratch(terminal) == []


def test_each_step_of_an_exam_is_in_the_log_and_names_the_one_before(terminal):
    done = terminal.run(HONEST)
    ((claim,), (exam,), (sealed,), (result,), (verdict,)) = (
        of(done, kind) for kind in (Claim, Exam, Sealed, Examined, Verdict)
    )
    assert exam.data.because == claim.offset
    assert sealed.data.because == result.data.because == exam.offset
    assert verdict.data.because == result.offset
    assert claim.offset < exam.offset < sealed.offset < result.offset < verdict.offset


def test_the_seed_is_in_no_file_but_the_log_and_the_result(terminal):
    done = terminal.run(HONEST)
    (result,) = of(done, Examined)
    seed = str(result.data.seed).encode()
    files = [path for path in done.folder.path.rglob("*") if path.is_file()]
    told = {path.name for path in files if seed in path.read_bytes()}
    assert told == {"events.jsonl", "result.json"}


def test_the_log_proves_the_verdict(terminal):
    done = terminal.run(HONEST)
    run, head = done.folder.path, done.verdict["log_hash"]
    assert verify_run(done.folder, head).files > 0
    for arguments in ([], ["--hash", head], ["--exam"], ["--hash", head, "--exam"]):
        verified = terminal.tournament("verify", run, *arguments)
        assert verified.code == 0, verified.stderr
        assert "decisions  all follow from the events before them" in verified.stdout
        assert f"log hash   {head}" in verified.stdout
        held = "exams      1 held again on the logged seeds: the same"
        assert (held in verified.stdout) is ("--exam" in arguments)
    assert left_in_scratch(terminal) == []


def test_another_hash_than_the_printed_one_is_refused(terminal):
    done = terminal.run(HONEST)
    verified = terminal.tournament("verify", done.folder.path, "--hash", "0" * 64)
    assert verified.code == 2
    assert "events at its end are missing or added" in verified.stderr
    assert verified.stdout == ""


def test_an_exam_that_gives_something_else_when_it_is_held_again_is_told(terminal):
    done = terminal.run(HONEST)
    toys = Path(terminal.environment["PYTHONPATH"].split(os.pathsep)[0], "toys.py").read_text()
    other = terminal.folder / "other"
    other.mkdir()
    (other / "toys.py").write_text(
        toys.replace('return {"guess": np.full(len(inputs), self.position)}',
                     'return {"guess": np.full(len(inputs), self.position - 0.05)}')
    )  # fmt: skip
    terminal.environment["PYTHONPATH"] = f"{other}{os.pathsep}{terminal.environment['PYTHONPATH']}"
    verified = terminal.tournament("verify", done.folder.path, "--exam")
    assert verified.code == 2
    assert "exams that were held again gave something else" in verified.stderr
    assert "fast, exam 1: closeness: logged 1, now 0.952381" in verified.stderr


# --- show and judge -------------------------------------------------------------------------------


def test_show_tells_what_was_claimed_and_examined_and_who_came_close(terminal):
    done = terminal.run(HONEST)
    shown = terminal.tournament("show", done.folder.path)
    assert shown.code == 0, shown.stderr
    text = " ".join(shown.stdout.split())
    assert "fast won: the claim at epoch 5 was examined, and holds" in text
    assert "fast claimed at epoch 5: held" in text
    assert "closeness >= 0.9: claimed 1; examined 1 (no interval)" in text
    assert "✓ repeatable: the same inputs, asked twice" in text
    assert "Did others come close? slow: " in text
    assert "What each used" in text


def test_show_tells_why_a_claim_was_rejected(terminal):
    done = terminal.run(broken("raisesinexam"))
    text = " ".join(terminal.tournament("show", done.folder.path).stdout.split())
    assert "broken claimed at epoch 2: rejected" in text
    assert "the examinee failed in predict: RuntimeError: not today" in text


def test_judge_tells_who_would_have_claimed(terminal):
    done = terminal.run(HONEST)
    terminal.write("all: [distance <= 4]\nevery: 1\n", "other.yaml")
    judged = terminal.tournament("judge", done.folder.path, "--criteria", "other.yaml")
    assert judged.code == 0, judged.stderr
    assert "criteria   {all: [distance <= 4]}" in judged.stdout
    assert "claim 1    fast at epoch 3: distance 4" in judged.stdout
    assert "no claim   slow; it would have claimed at epoch" in judged.stdout


def test_judge_takes_the_criteria_of_a_config(terminal):
    done = terminal.run(HONEST)
    judged = terminal.tournament("judge", done.folder.path, "--criteria", "race.yaml")
    assert judged.code == 0, judged.stderr
    assert "claim 1    fast at epoch 5" in judged.stdout


def test_judge_refuses_a_metric_that_was_not_measured(terminal):
    done = terminal.run(HONEST)
    terminal.write("all: [nearness >= 4]\nevery: 1\n", "other.yaml")
    judged = terminal.tournament("judge", done.folder.path, "--criteria", "other.yaml")
    assert judged.code == 2
    assert "the log has no metric nearness" in judged.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("every: 1\nall: [closeness => 4]\n", "other.yaml:2: all.0: "),
        ("every: 1\n", "other.yaml"),
        ("all: [closeness >= 4]\n", "missing: a check every how many epochs"),
        ("criteria:\n  every: 1\n  all: [4]\n", "other.yaml:3: criteria.all.0: "),
        ("all: [closeness >= 4\n", "other.yaml:"),
        ("- closeness >= 4\n", "other.yaml"),
        ("", "other.yaml"),
    ],
)
def test_judge_tells_what_is_wrong_with_its_file(terminal, content, told):
    done = terminal.run(HONEST)
    terminal.write(content, "other.yaml")
    judged = terminal.tournament("judge", done.folder.path, "--criteria", "other.yaml")
    assert judged.code == 2
    assert told in judged.stderr
    assert "Traceback" not in judged.stderr


def test_judge_refuses_a_file_that_is_not_there(terminal):
    done = terminal.run(HONEST)
    judged = terminal.tournament("judge", done.folder.path, "--criteria", "missing.yaml")
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
    assert exam_processes() == set()
    if name != "changesitscheckpoint":
        assert terminal.tournament("verify", done.folder.path).code == 0


def test_an_entrant_that_has_used_up_its_exams_is_not_examined_again(terminal):
    done = terminal.run(broken("raisesinexam"))
    assert len([e for e in of(done, Exam) if e.data.trial == "broken"]) == 1
    later = [e.data for e in of(done, Rejected) if e.data.trial == "broken"][1:]
    assert later
    assert all("all 1 exams of this entrant are used up" in r.reasons[0] for r in later)


def test_an_exam_that_breaks_again_when_it_is_verified_is_the_same(terminal):
    done = terminal.run(broken("raisesinexam"))
    verified = terminal.tournament("verify", done.folder.path, "--exam")
    assert verified.code == 0, verified.stderr
    assert "exams      2 held again on the logged seeds: the same" in verified.stdout


def test_a_checkpoint_that_was_changed_after_the_race_is_found(terminal):
    done = terminal.run(HONEST)
    path = done.folder.trial("fast").checkpoint(5)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    verified = terminal.tournament("verify", done.folder.path)
    assert verified.code == 2
    assert f"{path}: changed after its hash was logged" in verified.stderr


def test_a_checkpoint_that_is_gone_cannot_be_examined_again(terminal):
    done = terminal.run(HONEST)
    done.folder.trial("fast").checkpoint(5).unlink()
    assert terminal.tournament("verify", done.folder.path).code == 0
    verified = terminal.tournament("verify", done.folder.path, "--exam")
    assert verified.code == 2
    assert "the claimed checkpoint cannot be read" in verified.stderr


@pytest.mark.parametrize("content", ["", "{}", "no json"])
def test_an_exam_whose_spec_is_none_cannot_be_held_again(terminal, content):
    done = terminal.run(HONEST)
    done.folder.trial("fast").exam(1).spec.write_text(content)
    verified = terminal.tournament("verify", done.folder.path, "--exam")
    assert verified.code == 2
    assert "what the examiner was told cannot be read" in verified.stderr


# --- Ctrl-C ---------------------------------------------------------------------------------------


def test_ctrl_c_during_an_exam_ends_everything_within_the_grace(terminal):
    pipe = terminal.folder / "pipe"
    os.mkfifo(pipe)
    terminal.write(
        broken("leavesachild").replace("{step: 5}", f"{{step: 5, told: {json.dumps(str(pipe))}}}")
    )
    process = terminal.start("run", "race.yaml")
    examinee, child = map(int, pipe.read_text().split())  # Comes when both run.
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
    assert left_in_scratch(terminal) == []
    assert terminal.tournament("verify", done.folder.path).code == 0


def test_an_exam_does_not_outlive_a_killed_match(terminal):
    pipe = terminal.folder / "pipe"
    os.mkfifo(pipe)
    terminal.write(
        broken("leavesachild").replace("{step: 5}", f"{{step: 5, told: {json.dumps(str(pipe))}}}")
    )
    process = terminal.start("run", "race.yaml")
    examinee, child = map(int, pipe.read_text().split())
    running = psutil.Process(process.pid).children(recursive=True)
    mine = [each for each in running if each.pid != child]
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(mine, timeout=10)
    psutil.Process(child).kill()  # What it started itself is ended by the match, which is gone.
    assert alive == []
    assert examinee in {each.pid for each in mine}


def test_a_claim_of_a_worker_that_is_gone_is_examined_all_the_same(terminal):
    done = terminal.run(
        HONEST.replace("max_epochs: 40, options: {step: 2}", "max_epochs: 5, options: {step: 2}")
    )
    assert done.verdict["winner"] == "fast"
    end = next(e.offset for e in of(done, Ended) if e.data.trial == "fast")
    assert done.standing("fast")["state"] == "COMPLETED"
    assert end > of(done, Claim)[0].offset


def test_follow_the_log_while_an_exam_goes_on(terminal):
    """On stdout each step of an exam is a line."""
    terminal.write(HONEST)
    process = terminal.start("run", "race.yaml")
    wait_for(process, "fast: epoch 5,")
    done = terminal.finish(process)
    assert "fast: " in done.stdout
    assert done.code == 0
