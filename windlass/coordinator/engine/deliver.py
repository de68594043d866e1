"""Webhooks are told what happened: each in the order of its job, at least once, and none waits for
another's receiver.

The history is the outbox: a move and what is told of it are one row. A webhook that has something
to tell is claimed for longer than a telling can take; a process that dies with it leaves it to
others.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from time import monotonic
from urllib.parse import urlsplit

import structlog

from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.hooks import Fact, Letter, Post, Undeliverable, Words
from windlass.coordinator.engine.letters import asks_for_outputs, is_wanted, letter, signed
from windlass.coordinator.engine.news import events_of, stages
from windlass.coordinator.engine.outlook import Outlook
from windlass.coordinator.engine.outlook_views import Execution, Placed
from windlass.coordinator.engine.people import People
from windlass.coordinator.engine.sight import Sight
from windlass.coordinator.store import deliveries, job_reads
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.store.deliveries import Place
from windlass.shared.ids import JobId
from windlass.shared.spec import Webhook

PAUSES = (2.0, 4.0, 6.0, 8.0, 10.0)  # seconds after each failed try; after the last it is given up
_AGAIN = frozenset({429, 500, 502, 503, 504})
_LEASE = 60.0  # seconds: a third of it is told in, and the last letter may take long
_LATER = 5.0  # seconds, where something went wrong here
_MOVES = 10  # told in one go
_THREADS = 32
_OF_ONE_HOST = 8  # at the same time
_REST = 1.0  # seconds, where a host has as many already

_log = structlog.get_logger()


class Deliverer:
    """Its ``step`` hands out what is due; threads of its own do the telling."""

    def __init__(self, db: Database, words: Words, post: Post, secret: str = "") -> None:
        self._db = db
        self._teller = Teller(db, words, post, secret)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="hooks")
        self._lock = Lock()
        self._busy = 0

    def step(self) -> float:
        room = _THREADS - self._busy
        if room <= 0:
            return 0.1
        with self._db.transaction() as tx:
            claimed = deliveries.claim(tx, room, _LEASE)
        for row in claimed:
            with self._lock:
                self._busy += 1
            self._pool.submit(self._tell, row)
        return 0.0 if len(claimed) == room else float("inf")

    def close(self) -> None:
        """When everything claimed so far has been told."""
        self._pool.shutdown()

    def _tell(self, row: Row) -> None:
        try:
            self._teller.tell(row)
        except Exception as problem:
            _log.warning("webhook.failed", job=str(row["job_id"]), error=str(problem))
            with suppress(Exception):  # then the claim runs out
                self._teller.give_back(row)
        finally:
            with self._lock:
                self._busy -= 1


class Teller:
    def __init__(self, db: Database, words: Words, post: Post, secret: str) -> None:
        self._db = db
        self._outlook = Outlook(db, Sight(db))
        self._people = People(db)
        self._words = words
        self._post = post
        self._secret = secret
        self._hosts: Counter[str] = Counter()
        self._lock = Lock()

    def tell(self, claimed: Row) -> None:
        """A few moves, up to the first that has to be tried again."""
        with self._db.transaction() as tx:
            moves = deliveries.following(tx, claimed["job_id"], claimed["after"], _MOVES)
        place, rest = Place(claimed["after"], claimed["stage"], claimed["tries"]), 0.0
        until = monotonic() + _LEASE / 3
        for move, stage, became in stages(moves, claimed["stage"]):
            if monotonic() > until:  # names may take long to resolve, and the claim runs out
                break
            waits = self._tell_one(claimed, {**move, "became": became}, place.tries)
            if waits is not None:
                tries, rest = waits
                place = replace(place, tries=tries)
                break
            is_last = became == move["became"]
            place = Place(move["id"]) if is_last else Place(place.after, stage + 1)
        with self._db.transaction() as tx:
            deliveries.release(tx, claimed, place, rest)

    def give_back(self, claimed: Row) -> None:
        """To be told later, by anybody."""
        place = Place(claimed["after"], claimed["stage"], claimed["tries"])
        with self._db.transaction() as tx:
            deliveries.release(tx, claimed, place, _LATER)

    def _tell_one(self, claimed: Row, move: Row, tries: int) -> tuple[int, float] | None:
        """None: done with it; else how many tries it has had, and when to try again."""
        try:
            placed = self._outlook.job(JobId(claimed["job_id"]))
            hook = placed.job.spec.webhooks[claimed["hook"]]
            fact = self._fact(hook, move, placed) if hook.event in events_of(move) else None
        except (NotFound, IndexError):  # deleted meanwhile
            return None
        words = self._words(placed.job.door)
        if fact is None or words is None or not is_wanted(hook, fact, words):
            return None
        sent = letter(hook, claimed["hook"], fact, words, tries)
        return None if sent is None else self._send(sent, tries)

    def _send(self, sent: Letter, tries: int) -> tuple[int, float] | None:
        host = _host(sent.url)
        if not self._enter(host):
            return tries, _REST
        try:
            status = self._post(signed(sent, self._secret) if self._secret else sent)
        except Undeliverable as problem:
            _log.warning("webhook.refused", host=host, error=str(problem))
            return None
        except OSError:
            status = 503
        finally:
            self._leave(host)
        if status not in _AGAIN or tries + 1 >= len(PAUSES):
            return None
        return tries + 1, PAUSES[tries]

    def _enter(self, host: str) -> bool:
        with self._lock:
            free = self._hosts[host] < _OF_ONE_HOST
            self._hosts[host] += free
        return free

    def _leave(self, host: str) -> None:
        with self._lock:
            self._hosts[host] -= 1
            if not self._hosts[host]:
                del self._hosts[host]

    def _fact(self, hook: Webhook, move: Row, placed: Placed) -> Fact:
        job, is_of_job = placed.job, move["entity"] == "job"
        with self._db.transaction() as tx:
            document = job_reads.document(tx, job.id)
        return Fact(
            move=move["id"],
            event=hook.event,
            became=move["became"],
            at=move["at"],
            was=move["was"],
            reason=move["reason"],
            percent=float(move["reason"]) if move["entity"] == "progress" else None,
            placed=placed,
            execution=None if is_of_job else self._execution(move),
            outputs=self._outlook.outputs(job.id) if asks_for_outputs(hook, job) else {},
            document=document["content"] if document else None,
            owner=self._people.named([job.owner]).get(job.owner),
        )

    def _execution(self, move: Row) -> Execution:
        return self._outlook.execution_of_move(move["entity_id"], move["at"])


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
