"""The commands by which people decide: ``cte accept | refuse | certify | freeze | acts | purge | key``."""
