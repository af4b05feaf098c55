"""The opt-in leaderboard: who is listed, what ranks, and who moderates it."""
