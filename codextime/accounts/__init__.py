"""Users, their preferences and what they make visible."""
