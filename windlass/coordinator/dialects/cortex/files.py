"""The files that a batch job is made of: where they may be, and which of them are meant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from windlass.coordinator.dialects.cortex import globs, localfiles
from windlass.coordinator.dialects.cortex.batch_submission import Lister
from windlass.coordinator.dialects.cortex.faults import Fault, bad_path
from windlass.coordinator.dialects.cortex.localfiles import Found
from windlass.coordinator.dialects.cortex.s3 import Bucket, Store
from windlass.coordinator.dialects.cortex.settings import Settings

MOST = 100_000  # files looked at for one job

Find = Callable[[Lister], Iterator[Found]]


@dataclass(frozen=True)
class Files:
    settings: Settings

    def find(self, lister: Lister) -> Iterator[Found]:
        """In the order of their paths. Fault: the request names what cannot be read here."""
        try:
            yield from self._wanted(lister)
        except Fault as fault:
            raise fault.within(lister.key) from None

    def _wanted(self, lister: Lister) -> Iterator[Found]:
        includes = _patterns("includes", lister.includes)
        excludes = _patterns("excludes", lister.excludes)
        if not lister.paths:
            raise Fault(
                "configreader.too_few_elements", "s3_paths: must contain at least 1 elements"
            )
        places = [self._place(path) for path in lister.paths]
        looked_at = 0
        for place in places:
            for found in place():
                looked_at += 1
                if looked_at > MOST:
                    raise Fault("error", f"there are more than {MOST:,} files: list fewer at once")
                if includes and not any(match(found.path) for match in includes):
                    continue
                if not any(match(found.path) for match in excludes):
                    yield found

    def _place(self, path: str) -> Callable[[], Iterator[Found]]:
        if path.startswith("s3://"):
            bucket = Bucket.named(path)
            store = Store.of(self.settings)
            return lambda: store.find(bucket)
        if not path.startswith(("/", "file:///")):
            raise bad_path(path)
        return lambda: localfiles.find(self.settings.files, path)


def _patterns(key: str, texts: Sequence[str]) -> list[globs.Matches]:
    try:
        return [globs.compiled(text) for text in texts]
    except Fault as fault:
        raise fault.within(key) from None
