"""Built-in strategies, and what they share."""
