"""What the seats of a team used, and what one's own labels did: the same pages over two kinds of usage."""
