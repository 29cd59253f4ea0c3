"""Pages and files for people, made from what other rooms have worked out; no query beyond that and no arithmetic."""
