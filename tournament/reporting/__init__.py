"""What is made of a finished run, in a process of its own: `python -m tournament.reporting RUN`."""
