"""What a run leaves on disk: events, log, checkpoints, folder."""
