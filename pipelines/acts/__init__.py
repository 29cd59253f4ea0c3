"""What people decide about submissions, and how it is kept: acts, their log, retention, keys."""
