"""A fact becomes what is sent to one webhook."""

import hmac
from collections.abc import Iterable
from dataclasses import replace
from time import time
from uuid import uuid5

from windlass.coordinator.engine import context, expressions
from windlass.coordinator.engine.expressions import ExpressionError
from windlass.coordinator.engine.hooks import Fact, HookWords, Letter
from windlass.coordinator.engine.views import JobView
from windlass.shared.spec import Webhook

# Headers that a user does not choose.
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


def letter(hook: Webhook, number: int, fact: Fact, words: HookWords, tries: int) -> Letter | None:
    """``number``: the hook's place in its job; ``tries``: made before. None: it is no news."""
    body = words.body(fact)
    if body is None:
        return None
    news = f"{number}/{fact.move}/{fact.became}"
    told = {
        "Windlass-Delivery": str(uuid5(fact.placed.job.id, news)),  # the same in every try
        "Windlass-Event": fact.event,
        "Windlass-Attempt": str(tries + 1),
    }
    own = _headers(hook, fact, taken=told)
    named = {name.lower() for name in own}
    usual = {} if "content-type" in named else {"Content-Type": words.content_type}
    return Letter(url=hook.url, headers={**usual, **own, **told}, body=body)


def signed(letter: Letter, secret: str) -> Letter:
    """So that the receiver can tell that it is ours and not an old one: over the delivery, the
    moment and the body, with a dot in between."""
    moment = str(int(time()))
    text = f"{letter.headers['Windlass-Delivery']}.{moment}.".encode() + letter.body
    digest = hmac.new(secret.encode(), text, "sha256").hexdigest()
    signature = {"Windlass-Timestamp": moment, "Windlass-Signature": f"sha256={digest}"}
    return replace(letter, headers={**letter.headers, **signature})


def is_wanted(hook: Webhook, fact: Fact, words: HookWords) -> bool:
    """A condition that cannot be evaluated is not met."""
    if hook.condition is None:
        return True
    try:
        return expressions.evaluate(hook.condition, words.environment(fact)) is True
    except ExpressionError:
        return False


def asks_for_outputs(hook: Webhook, job: JobView) -> bool:
    """A header of it may hold what tasks have left."""
    return not _is_evaluated(job) and context.names_in(hook.headers.values()) != set()


def _is_evaluated(job: JobView) -> bool:
    """The headers of a sub-job are what they became in its parent; nothing is evaluated twice."""
    return job.parent_task is not None


def _headers(hook: Webhook, fact: Fact, taken: Iterable[str]) -> dict[str, str]:
    job = fact.placed.job
    known = {
        "inputs": job.spec.inputs,
        "secrets": job.spec.secrets,
        "tasks": fact.outputs,
        "job": context.named(job.id, job.spec),
    }
    ours = {*_OURS, "windlass-timestamp", "windlass-signature", *map(str.lower, taken)}
    return {
        name: _one_line(value if _is_evaluated(job) else _rendered(value, known))
        for name, value in hook.headers.items()
        if name.lower() not in ours
    }


def _one_line(value: str) -> str:
    return " ".join(value.splitlines())


def _rendered(template: str, known: context.Context) -> str:
    """ "" where it cannot be evaluated."""
    try:
        return expressions.render(template, known)
    except ExpressionError:
        return ""
