"""Strategy `digits-linear`: how far does a straight line get?"""

from sklearn.linear_model import SGDClassifier

from tournament_adapters.sklearn import PartialFit


class Linear(PartialFit):
    """Logistic regression on the pixels, by stochastic gradient descent."""

    count = 10

    def build(self, seed):
        return SGDClassifier(loss="log_loss", random_state=seed)
