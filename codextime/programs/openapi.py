"""How the read token is described in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ReadTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # registers itself, untyped
    target_class = "codextime.programs.authentication.ReadTokenAuthentication"
    name = "readToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A read token, made under Settings."}


class TeamTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # as above
    target_class = "codextime.programs.team_authentication.TeamTokenAuthentication"
    name = "teamToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A team token, made on the team's pages."}
