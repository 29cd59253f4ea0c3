"""From files as sent to canonical rows: archive, read, land, conform; nothing is lost on the way."""
