"""The read API: what programs of a user's own may read, and the tokens that let them."""
