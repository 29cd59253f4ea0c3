"""The pages of the steward's desk, a module for each kind of page; ``write`` puts them into a home."""
