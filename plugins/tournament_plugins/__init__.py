"""Built-in tasks and reporters."""
