"""The library folder: one reader of what is published, one writer that publishes all at once."""
