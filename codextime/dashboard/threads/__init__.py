"""The pages of threads: the list of all, and one for each."""
