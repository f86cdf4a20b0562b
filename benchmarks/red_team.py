"""What refuses each kind of cheat, and what becomes of it without that?

python benchmarks/red_team.py. Holds the exams of tests/red_team and prints a table. Exit code 1
when a cheat is not refused for the reason that is meant, or is not crowned without it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cases import Case, Outcome

RED_TEAM = Path(__file__).parent.parent / "tests" / "red_team"
LONGEST = 110


def main() -> None:
    sys.path[:0] = [str(RED_TEAM), str(RED_TEAM.parent.parent)]
    import exam_room
    from cases import CASES

    start, wrong = time.monotonic(), []
    print("| cheat | refused by | reason | with that switched off |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="red-team-") as place:
        folder = Path(place)
        with exam_room.prepared(folder):
            for number, case in enumerate(CASES):
                (mine := folder / str(number)).mkdir()
                outcome = case.run(mine)
                reasons = [each for each in outcome.answer.reasons if case.reason in each]
                good = bool(reasons) and not outcome.answer.crowned
                good = good and (outcome.off is None or outcome.off.crowned)
                if not good:
                    wrong.append(case.cheat)
                reason = reasons[0] if reasons else "; ".join(outcome.answer.reasons)
                print(
                    f"| {case.cheat} | {', '.join(case.refused_by)} | {_short(reason)} "
                    f"| {_off(case, outcome)} |",
                    flush=True,
                )
    print(f"\n{len(CASES)} cheats, {len(wrong)} not as meant, {time.monotonic() - start:.0f} s")
    for cheat in wrong:
        print(f"not as meant: {cheat}")
    sys.exit(1 if wrong else 0)


def _short(reason: str) -> str:
    return reason if len(reason) <= LONGEST else reason[: LONGEST - 4] + " ..."


def _off(case: Case, outcome: Outcome) -> str:
    if outcome.off is None:
        return "refused by the figures alone"
    return f"{case.then if outcome.off.crowned else 'REFUSED'} (without {case.switched_off})"


if __name__ == "__main__":
    main()
