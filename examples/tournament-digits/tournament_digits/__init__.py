"""What this distribution brings. Keep this module light: it is asked at every start."""

from tournament import Plugin, hookimpl


@hookimpl
def tournament_register():
    """One task and four strategies, by name and import string."""
    return [
        Plugin(
            kind="task",
            name="digits",
            target="tournament_digits.task:Digits",
            summary="read handwritten digits: the 1,797 scans that scikit-learn ships",
            needs=("sklearn",),
        ),
        Plugin(
            kind="strategy",
            name="digits-linear",
            target="tournament_digits.linear:Linear",
            summary="logistic regression by stochastic gradient descent",
            needs=("sklearn", "skops"),
            tasks=("digits",),
        ),
        Plugin(
            kind="strategy",
            name="digits-boosting",
            target="tournament_digits.boosting:Boosting",
            summary="gradient boosting of small trees",
            needs=("sklearn", "skops"),
            tasks=("digits",),
        ),
        Plugin(
            kind="strategy",
            name="digits-centroids",
            target="tournament_digits.centroids:Centroids",
            summary="the nearest centroid, by a program in Perl",
            tasks=("digits",),
        ),
        Plugin(
            kind="strategy",
            name="digits-network",
            target="tournament_digits.network:Network",
            summary="a small convolutional network",
            needs=("torch",),
            tasks=("digits",),
        ),
    ]
