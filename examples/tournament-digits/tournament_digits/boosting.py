"""Strategy `digits-boosting`: trees, each of which mends what the ones before it got wrong.

J. H. Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics
29 (2001), 1189-1232.
"""

from sklearn.ensemble import GradientBoostingClassifier

from tournament_adapters.sklearn import Staged


class Boosting(Staged):
    """Ten small trees a stage, one for each digit."""

    count = 10

    def build(self, seed):
        return GradientBoostingClassifier(random_state=seed, subsample=0.5)
