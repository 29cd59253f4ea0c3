"""The peers, each in an environment of its own made from the file of requirements beside it: see ``environments``."""
