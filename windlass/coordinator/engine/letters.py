"""A fact becomes what is sent to one webhook."""

import hmac
from collections.abc import Mapping
from time import time
from uuid import uuid5

from windlass.coordinator.engine import expressions
from windlass.coordinator.engine.expressions import ExpressionError
from windlass.coordinator.engine.hooks import Fact, HookWords, Letter
from windlass.shared.spec import Webhook

_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


def letter(hook: Webhook, number: int, fact: Fact, words: HookWords, tries: int) -> Letter:
    """``number``: the hook's place in its job; ``tries``: made before."""
    body = words.body(fact)
    job = fact.placed.job
    told = {
        "Windlass-Delivery": str(
            uuid5(job.id, f"{number}/{fact.move}/{fact.became}")
        ),  # the same in every try
        "Windlass-Event": fact.event,
        "Windlass-Attempt": str(tries + 1),
    }
    headers = {"Content-Type": words.content_type, **_headers(hook, fact), **told}
    return Letter(url=_rendered(hook.url, context_of(fact)), headers=headers, body=body)


def signed(letter: Letter, secret: str) -> Letter:
    """So that the receiver can tell that it is ours and not an old one: over the delivery, the
    moment and the body, with a dot in between."""
    moment = str(int(time()))
    text = f"{letter.headers['Windlass-Delivery']}.{moment}.".encode() + letter.body
    digest = hmac.new(secret.encode(), text, "sha256").hexdigest()
    signature = {"Windlass-Timestamp": moment, "Windlass-Signature": f"sha256={digest}"}
    return Letter(url=letter.url, headers={**letter.headers, **signature}, body=letter.body)


def is_wanted(hook: Webhook, fact: Fact, words: HookWords) -> bool:
    """A condition that cannot be evaluated is not met."""
    if hook.condition is None:
        return True
    try:
        return expressions.evaluate(hook.condition, words.environment(fact)) is True
    except ExpressionError:
        return False


def context_of(fact: Fact) -> Mapping[str, object]:
    job = fact.placed.job
    return {
        "inputs": job.spec.inputs,
        "secrets": job.spec.secrets,
        "tasks": {},
        "job": {"id": str(job.id), "name": job.name},
    }


def _headers(hook: Webhook, fact: Fact) -> dict[str, str]:
    context = context_of(fact)
    return {
        name: _rendered(value, context)
        for name, value in hook.headers.items()
        if name.lower() not in _OURS
    }


def _rendered(template: str, context: Mapping[str, object]) -> str:
    """ "" where it cannot be evaluated. One line."""
    try:
        return " ".join(expressions.render(template, context).splitlines())
    except ExpressionError:
        return ""
