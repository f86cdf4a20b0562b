"""The worker: the process that trains one trial."""
