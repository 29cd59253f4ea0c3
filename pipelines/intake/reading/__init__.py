"""Files to rows: each format read as its layout says, every physical line accounted for."""
