"""What is missing or wrong in layouts: all of it, with file and key, before a night finds the first."""
