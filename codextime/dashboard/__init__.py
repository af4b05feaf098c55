"""The signed-in pages: the overview of one's own usage, and the settings."""
