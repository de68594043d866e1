"""Times as Go writes them: RFC 3339 in UTC, the fraction without trailing zeros."""

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    at = at.astimezone(UTC)
    fraction = f"{at.microsecond:06}".rstrip("0")
    return f"{at:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}Z"


def moment_or_nothing(at: datetime | None) -> str:
    """ "" is left out of documents."""
    return moment(at) if at else ""
