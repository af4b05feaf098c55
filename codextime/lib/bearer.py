"""Tokens that come with a request."""


def read_bearer(authorization: str) -> str:
    """The token of a header `Authorization: Bearer …` (RFC 6750, section 2.1); empty if it holds none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
