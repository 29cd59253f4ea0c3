"""What the steward's desk tells: facts read from the warehouse, named and counted. No page and no word of one."""
