"""Paired machines: how one is paired (RFC 8628) and the upload token that it holds."""
