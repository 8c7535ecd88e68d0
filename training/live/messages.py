"""What a socket may say: its messages, checked."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from core.errors import InvalidInput, TooLarge

LARGEST_BYTES = 64 * 1024
LARGEST_SEQ = 2**31 - 1
MOST_RESUMED = 200


@dataclass(frozen=True, slots=True)
class Authenticate:
    token: str


@dataclass(frozen=True, slots=True)
class SubscribeJob:
    """Every event with a number above `after`, and those to come."""

    job_id: UUID
    after: int


@dataclass(frozen=True, slots=True)
class UnsubscribeJob:
    job_id: UUID


@dataclass(frozen=True, slots=True)
class SubscribeUserJobs:
    """The jobs that go on, and those to come; `after` resumes those it names where the socket before had ended."""

    after: dict[UUID, int]


@dataclass(frozen=True, slots=True)
class Ping:
    pass


Message = Authenticate | SubscribeJob | UnsubscribeJob | SubscribeUserJobs | Ping


def parse(text: str) -> Message:
    """The message in a frame. Raises TooLarge; InvalidInput whose `code` or `attr` says what is wrong with it."""
    if len(text) > LARGEST_BYTES or len(text.encode()) > LARGEST_BYTES:
        raise TooLarge(f"A message has at most {LARGEST_BYTES:,} bytes.")
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(None, f"This is not JSON: {error}.", code="not_json") from None
    if not isinstance(content, dict):
        raise InvalidInput(None, "Send an object with an “action”.", code="not_json")
    match content.get("action"):
        case "authenticate":
            return Authenticate(_text("token", content.get("token")))
        case "subscribe_job":
            return SubscribeJob(_job_id(content.get("job_id")), _seq("after", content.get("after")))
        case "unsubscribe_job":
            return UnsubscribeJob(_job_id(content.get("job_id")))
        case "subscribe_user_jobs":
            return SubscribeUserJobs(_resumed(content.get("after")))
        case "ping":
            return Ping()
    known = "authenticate, subscribe_job, unsubscribe_job, subscribe_user_jobs and ping"
    raise InvalidInput("action", f"Unknown action. There are {known}.", code="unknown_action")


def _text(attr: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidInput(attr, f"Send “{attr}” as text.")
    return value


def _job_id(value: Any) -> UUID:
    try:
        return UUID(_text("job_id", value))
    except ValueError:
        raise InvalidInput("job_id", "This is not the id of a job.") from None


def _seq(attr: str, value: Any) -> int:
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value <= LARGEST_SEQ:
        raise InvalidInput(attr, "Send “after” as the number of the last event you have: 0 or more.")
    return value


def _resumed(value: Any) -> dict[UUID, int]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MOST_RESUMED:
        words = f"Send “after” as an object of at most {MOST_RESUMED} jobs: the last event you have of each."
        raise InvalidInput("after", words)
    return {_job_id(job_id): _seq("after", seq) for job_id, seq in value.items()}
