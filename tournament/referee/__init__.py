"""The referee: pure. Events in, decisions out; no clock, no socket, no file."""
