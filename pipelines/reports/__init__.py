"""Pages and files for people; no arithmetic in here."""
