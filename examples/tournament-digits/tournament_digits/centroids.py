"""Strategy `digits-centroids`: a program in another language competes."""

from pathlib import Path

from tournament_adapters.script import Script


class Centroids(Script):
    """The nearest centroid, by `centroids.pl`."""

    count = 10

    def command(self):
        return ["perl", str(Path(__file__).with_name("centroids.pl"))]
