"""`codextime up`: the supervisor and the embedded servers."""
