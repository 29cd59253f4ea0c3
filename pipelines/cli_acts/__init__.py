"""The commands by which people decide: ``cte accept | refuse | certify | acts | purge | key``."""
