"""Existing training code competes without being rewritten. A module for each library."""
