"""Drafts of layouts from sample files, for a person to finish; no value of a person is ever written into one."""
