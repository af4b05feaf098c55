"""Everything that is stored for an account, in one file for its owner."""
