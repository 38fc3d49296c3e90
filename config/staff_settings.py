"""Settings of staff sessions."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from config.durations import AtLeastOneSecond


class StaffSettings(BaseSettings):
    """The settings of the sign-in of staff."""

    staff_session_idle: AtLeastOneSecond = Field(
        timedelta(hours=12), description="how long a staff session may stay unused before it ends"
    )
    staff_session_lifetime: AtLeastOneSecond = Field(
        timedelta(days=7), le=timedelta(days=7), description="maximum duration of a staff session"
    )
    staff_totp_required: bool = Field(
        False, description="whether staff must set up an authenticator app before doing anything else"
    )
