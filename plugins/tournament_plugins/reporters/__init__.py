"""Reporters: what is made to look at after a race."""
