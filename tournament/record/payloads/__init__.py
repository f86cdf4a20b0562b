"""What events say. Each class is one kind of event; its docstring says who sends it and when.

Workers report; the match states facts that only it can see; the referee decides. `SPEAKERS` in
`events` is the table of who may say what.
"""

from __future__ import annotations

from .match import (
    UNSTARTED,
    Bound,
    Closed,
    Ended,
    Entry,
    Examined,
    ExamRules,
    Finding,
    Interrupted,
    Notice,
    Opened,
    Overdue,
    Resumed,
    Sealed,
    Spawned,
)
from .referee import Claim, Exam, Leaf, Rejected, Retry, Start, Stop, Verdict
from .worker import (
    Accepted,
    Check,
    Complaint,
    Failed,
    File,
    Finished,
    Look,
    Note,
    Preparing,
    Problems,
    Progress,
    Ready,
    Step,
    Stopped,
)

__all__ = [
    "UNSTARTED",
    "Accepted",
    "Bound",
    "Check",
    "Claim",
    "Closed",
    "Complaint",
    "Ended",
    "Entry",
    "Exam",
    "ExamRules",
    "Examined",
    "Failed",
    "File",
    "Finding",
    "Finished",
    "Interrupted",
    "Leaf",
    "Look",
    "Note",
    "Notice",
    "Opened",
    "Overdue",
    "Preparing",
    "Problems",
    "Progress",
    "Ready",
    "Rejected",
    "Resumed",
    "Retry",
    "Sealed",
    "Spawned",
    "Start",
    "Step",
    "Stop",
    "Stopped",
    "Verdict",
]
