"""What is not about one's own usage: the home address, and the health of the server."""
