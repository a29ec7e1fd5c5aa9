"""Looking after a library: verify, repair, compact, back up, export."""
