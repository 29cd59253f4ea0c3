"""Source databases: their tables become files like those that a college sends, and they are never written to."""
