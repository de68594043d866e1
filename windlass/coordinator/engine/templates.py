"""Job templates: specs under a name, of which jobs are made. Saving a changed one makes a version;
jobs stay what they were made of."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from windlass.coordinator.engine import blobs, cancel, check, showing, veil
from windlass.coordinator.engine.errors import Conflict, Invalid, NotFound
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.sight import Sight
from windlass.coordinator.engine.template_views import NewTemplate, Saved, TemplateView
from windlass.coordinator.engine.views import JobView
from windlass.coordinator.store import blobs as stored_blobs
from windlass.coordinator.store import deletion, jobs
from windlass.coordinator.store import templates as store
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.errors import Taken
from windlass.coordinator.store.templates import NewVersion
from windlass.shared import spec
from windlass.shared.ids import JobId, new_template_id
from windlass.shared.states import Reason
from windlass.shared.text import clean, is_clean

AT_ONCE = 200  # jobs stopped, or deleted, by one transaction
_NO_LIMIT = 1 << 30


class _Settling(Exception):
    """What it was before is still being ended."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.id = id


class Templates:
    """By door and name; what is not there is NotFound."""

    def __init__(self, db: Database, signals: Signals, sees: Sight) -> None:
        self._db = db
        self._signals = signals
        self._sees = sees

    def save(self, new: NewTemplate) -> Saved:
        """Invalid: no job could be made of it. Conflict: another one has its address."""
        problems = check.problems(new.spec)
        if problems:
            raise Invalid(problems)
        while True:
            try:
                with self._db.transaction() as tx:
                    return _save(tx, new)
            except _Settling as one:
                carry_out_one(self._db, self._signals, one.id, forgetting=False)
            except Taken:
                raise Conflict(f"the address {new.address} is taken") from None

    def named(self, door: str, name: str) -> TemplateView:
        """Its newest version."""
        with self._db.transaction() as tx:
            row = store.named(tx, door, name) if is_clean(door + name) else None
        return _view(row, name)

    def at(self, door: str, address: str) -> TemplateView:
        with self._db.transaction() as tx:
            row = store.at(tx, door, address) if is_clean(address) else None
        return _view(row, address)

    def page(
        self, door: str | None, *, limit: int, after: tuple[str, str] = ("", "")
    ) -> Sequence[TemplateView]:
        """The newest version of each, by name and door, beyond ``after``."""
        with self._db.transaction() as tx:
            return [_view(row) for row in store.page(tx, door, after, limit)]

    def version(self, id: UUID, version: int) -> TemplateView:
        """Also of one that is deleted with its jobs kept."""
        with self._db.transaction() as tx:
            return _view(store.version(tx, id, version), f"version {version}")

    def versions(
        self, id: UUID, *, limit: int, before: int = _NO_LIMIT, digest: str | None = None
    ) -> Sequence[TemplateView]:
        """Newest first; ``digest``: only of these contents."""
        with self._db.transaction() as tx:
            rows = store.versions(tx, id, before=before, limit=limit, digest=digest)
        return [_view(row) for row in rows]

    def delete(self, door: str, name: str, *, keep_jobs: bool = False) -> None:
        """No job can be made of it any more, and those that go on are cancelled. Those that are
        over are deleted, unless ``keep_jobs``: saved under the same name again, it has them
        again. Conflict: some of either are hidden from whoever asks."""
        with self._db.transaction() as tx:
            id = store.lock(tx, door, name) if is_clean(door + name) else None
            if id is None:
                raise NotFound(f"there is no template {name}")
            self._check_jobs(tx, id, forgetting=not keep_jobs)
            store.retire(tx, id, forgetting=not keep_jobs)
        carry_out_one(self._db, self._signals, id, forgetting=not keep_jobs)

    def _check_jobs(self, tx: Tx, id: UUID, *, forgetting: bool) -> None:
        known = self._sees.audiences(tx)
        if known is not None and store.has_others(tx, id, known, over=forgetting):
            raise Conflict("there are jobs of it that only others may see, and end")

    def jobs(self, id: UUID, *, newest: int, open: int = 1_000) -> Sequence[JobView]:
        """Those that go on, and the newest, newest first."""
        with self._db.transaction() as tx:
            rows = store.jobs(tx, id, open=open, newest=newest)
            veils = veil.of(tx, [row["id"] for row in rows])
        found = [veils.job(showing.job(row)) for row in rows]
        return self._sees.of_jobs(found, lambda job: job.id)

    def failures(self, ids: Sequence[JobId]) -> Mapping[JobId, Reason]:
        """Of each job that has failed with one of its tasks: why the first of them did."""
        visible = self._sees.jobs(ids)
        with self._db.transaction() as tx:
            rows = store.failures(tx, visible)
        return {JobId(row["job_id"]): Reason(row["reason"]) for row in rows if row["reason"]}


def carry_out(db: Database, signals: Signals, limit: int) -> int:
    """Go on with deletions that were cut short, or wait for jobs to end; how many were looked
    at."""
    with db.transaction() as tx:
        found = store.settling(tx, limit)
    for row in found:
        carry_out_one(db, signals, row["id"], forgetting=row["forgetting"])
    return len(found)


def carry_out_one(db: Database, signals: Signals, id: UUID, *, forgetting: bool) -> None:
    while _cancel_jobs(db, signals, id) == AT_ONCE:
        pass
    while forgetting and _forget_jobs(db, id) == AT_ONCE:
        pass
    with db.transaction() as tx:
        store.settled(tx, id)


def _cancel_jobs(db: Database, signals: Signals, id: UUID) -> int:
    with db.transaction() as tx:
        ids = sorted(jobs.lock(tx, store.open_jobs(tx, id, AT_ONCE)))
        jobs.want(tx, ids, "cancelled")
    if ids:
        cancel.stop_soon(db, signals, ids)
        signals.changed(ids)
    return len(ids)


def _forget_jobs(db: Database, id: UUID) -> int:
    with db.transaction() as tx:
        ids = sorted(jobs.lock(tx, store.jobs_over(tx, id, AT_ONCE)))
        deletion.delete(tx, ids)
    return len(ids)


def _save(tx: Tx, new: NewTemplate) -> Saved:
    if new.address is not None:
        store.take_turns(tx)
    claimed = store.claim(tx, new_template_id(), new.door, new.name)
    id, fresh = claimed["id"], claimed["fresh"]
    if claimed["settling"]:
        raise _Settling(id)
    newest = None if fresh else store.version(tx, id, claimed["version"])
    if newest is not None and newest["digest"] == new.digest and not new.anew:
        return Saved(template=_view(newest))
    version = NewVersion(
        id=id,
        owner=new.owner,
        spec=spec.encode(new.spec).decode(),
        document=clean(new.document),
        digest=new.digest,
    )
    number = store.insert(tx, version, new.address)
    if needed := blobs.needed_by(new.spec):
        stored_blobs.keep(tx, id, needed)
    return Saved(template=_view(store.version(tx, id, number)), created=fresh, changed=True)


def _view(row: Row | None, sought: str = "") -> TemplateView:
    if row is None:
        raise NotFound(f"there is no template {sought}")
    return TemplateView(**{**row, "spec": spec.decode_job(row["spec"])})
