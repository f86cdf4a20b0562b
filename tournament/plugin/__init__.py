"""Plugins: what an author implements, the hook that brings it in, and the list of what is there."""
