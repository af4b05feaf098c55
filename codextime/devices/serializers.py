"""The forms of RFC 8628 and their answers."""

from typing import Any

from rest_framework import serializers

from codextime.accounts.models import is_public_id

CLIENT_ID = "codextime-tracker"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


class AuthorizationRequest(serializers.Serializer[Any]):
    client_id = serializers.ChoiceField([CLIENT_ID])
    user = serializers.CharField(max_length=24, help_text="The user id in the tracker's command.")
    group_by_session = serializers.BooleanField(
        default=False, help_text="Whether the machine would group calls by session, if the owner lets it."
    )

    def validate_user(self, text: str) -> str:
        """Before anybody waits ten minutes for an approval that cannot come."""
        if not is_public_id(text):
            raise serializers.ValidationError(code="invalid")
        return text


class AuthorizationAnswer(serializers.Serializer[Any]):
    device_code = serializers.CharField()
    user_code = serializers.CharField()
    verification_uri = serializers.URLField()
    verification_uri_complete = serializers.URLField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    interval = serializers.IntegerField(help_text="Seconds between two polls.")


class TokenRequest(serializers.Serializer[Any]):
    grant_type = serializers.ChoiceField([GRANT_TYPE])
    device_code = serializers.CharField(max_length=100)
    client_id = serializers.ChoiceField([CLIENT_ID])


class TokenAnswer(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.CharField()
    user = serializers.CharField(help_text="The account's user id.")


class ErrorAnswer(serializers.Serializer[Any]):
    error = serializers.CharField()
    error_description = serializers.CharField()
    detail = serializers.CharField(help_text="The same sentence: it is called so in every error of this API.")
