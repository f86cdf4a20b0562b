"""Processes: starting a worker and ending it."""
