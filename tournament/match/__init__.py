"""The match: the process of `tournament run`."""
