"""The rule book: what must hold in each table, why it matters, how to repair it, and the rows that prove it."""
