"""Settings of the per-user quotas, shared by REST and GraphQL."""

import limits
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

_NAMES = ("quota_password_hashes", "quota_ticket_messages", "quota_ticket_bytes", "quota_payment_openings")


class QuotaSettings(BaseSettings):
    """The settings that limit the cost of a user's requests."""

    quota_password_hashes: str = Field(
        "10/hour", description="password changes per user, each costing 0.2 s of CPU and 64 MiB"
    )
    quota_ticket_messages: str = Field("60/hour", description="tickets and replies per user")
    quota_ticket_bytes: str = Field("262144/hour", description="bytes of tickets and replies per user")
    quota_payment_openings: str = Field("10/minute", description="payments per user started at the gateway")

    @field_validator(*_NAMES)
    @classmethod
    def _check_quota(cls, value: str) -> str:
        limits.parse(value)
        return value
