"""The chat page: what it shows (pure functions and templates), and the server that shows it."""
