"""Teams: who is in them, and what of their usage members share with them."""
