"""The whole figure of one trial: four panels on a sheet, or what can be drawn of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tournament import LogError, Run, Standings
from tournament.config.criteria import Criteria

from .attention_panel import TITLE as ATTENTION_TITLE
from .attention_panel import draw_attention
from .distribution_panel import TITLE as DISTRIBUTION_TITLE
from .distribution_panel import draw_distributions
from .measure import fold_text
from .metrics_table import draw_table, metrics_table
from .panel import say_why
from .race_labels import EndLabel, labels_height, labels_width
from .race_panel import draw_race, race_labels
from .sheet import WIDTH, Sheet, new_sheet
from .style import SMALL, inches
from .subject import Subject, subject_of
from .video_panel import draw_videos
from .videos import NotDrawable, Videos, read_videos
from .wording import footer_text, notes_text, title_text

LEFT, RIGHT = 0.75, 0.3
"""Room for the axis at the left of a panel, and at the sheet's right edge."""

HEAD, AXIS = 0.6, 0.62
"""Room above a panel for its title and notes, and below it for its axis."""

SIDE, UPPER, LOWER = 3.15, 3.1, 2.9
"""The width of panels b and c; the least height of the upper panels; the height of the lower."""


def draw_trial(run: Run, name: str) -> Figure:
    """The figure of the trial `name`: at the check that won, else at its best.

    Panels whose data cannot be had say so. Raises TournamentError where there is no such trial or
    it has no check after training.
    """
    standings = run.standings
    subject = subject_of(standings, name)
    criteria = standings.criteria
    if criteria is None:
        raise LogError(f"{run.folder.log}: no `opened` event, so nobody knows the criteria")
    try:
        after = read_videos(run, name, subject.check)
    except NotDrawable as reason:
        return _with_table(run, subject, criteria, str(reason))
    return _with_videos(run, subject, criteria, after)


def _with_videos(run: Run, subject: Subject, criteria: Criteria, after: Videos) -> Figure:
    labels = race_labels(run.standings, subject, criteria)
    upper, when = _upper(labels), f"epoch {subject.check.epoch}"
    sheet = _sheet(run, subject, HEAD + upper + AXIS + HEAD + LOWER + AXIS, video_count(after))
    top = sheet.top + HEAD
    wide = WIDTH - LEFT - labels_width(labels) - LEFT - SIDE - RIGHT
    draw_race(sheet.axes(LEFT, top, wide, upper), run.standings, subject, criteria)
    b = sheet.axes(WIDTH - RIGHT - SIDE, top, SIDE, upper)
    _or_say_why(b, ATTENTION_TITLE, lambda: _draw_before_after(b, run, subject, after, when))
    top += upper + AXIS + HEAD
    c = sheet.axes(LEFT, top, SIDE, LOWER)
    _or_say_why(c, DISTRIBUTION_TITLE,
                lambda: draw_distributions(c, after, subject.check.metrics, when))  # fmt: skip
    _place_videos(sheet, top, after, when)
    return sheet.figure


def _draw_before_after(ax: Axes, run: Run, subject: Subject, after: Videos, when: str) -> None:
    if subject.before is None:
        raise NotDrawable("the log has no check 0, from before training")
    before = read_videos(run, subject.trial.name, subject.before)
    draw_attention(ax, before, after, ("before training", f"after {when}"))


def _place_videos(sheet: Sheet, top: float, videos: Videos, when: str) -> None:
    start, gap = LEFT + SIDE + 0.55, 0.3
    width = (WIDTH - start - gap - RIGHT) / 2
    lefts = (start, start + width + gap)
    cells, bar_top = LOWER - 0.1, top + LOWER
    a, b = (sheet.axes(left, top, width, cells) for left in lefts)
    c, d = (sheet.axes(left, bar_top, width, 0.1) for left in lefts)
    draw_videos((a, b), (c, d), videos, when, (width, cells))


def _with_table(run: Run, subject: Subject, criteria: Criteria, reason: str) -> Figure:
    labels = race_labels(run.standings, subject, criteria)
    upper, room = _upper(labels), WIDTH - 2 * RIGHT
    table = metrics_table(run.standings, room)
    notes = fold_text(f"Panels b, c and d are not drawn: {reason}.", room, SMALL)
    if table.left_out:
        rest = f"Not in this table for lack of room: {', '.join(table.left_out)}."
        notes += fold_text(rest, room, SMALL)
    above, height = HEAD + inches(len(notes), SMALL), sum(table.heights)
    sheet = _sheet(run, subject, HEAD + upper + AXIS + above + height + 0.2, "")
    top = sheet.top + HEAD
    wide = WIDTH - LEFT - labels_width(labels) - RIGHT
    draw_race(sheet.axes(LEFT, top, wide, upper), run.standings, subject, criteria)
    draw_table(sheet.axes(RIGHT, top + upper + AXIS + above, room, height), table, notes)
    return sheet.figure


def _upper(labels: Sequence[EndLabel]) -> float:
    return max(UPPER, labels_height(labels))


def _sheet(run: Run, subject: Subject, body: float, videos: str) -> Sheet:
    standings: Standings = run.standings
    footer = footer_text(run.folder.name, standings, videos)
    return new_sheet(title_text(standings, subject), notes_text(standings, subject), footer, body)


def _or_say_why(ax: Axes, title: str, draw: Callable[[], None]) -> None:
    try:
        draw()
    except NotDrawable as reason:
        say_why(ax, title, str(reason))


def video_count(videos: Videos) -> str:
    """How many videos there are, and how many of them are not scored."""
    total, scored = len(videos.scored), int(videos.scored.sum())
    missing = f" ({total - scored:,} not scored)" if total > scored else ""
    return f"{total:,} validation videos{missing}"
