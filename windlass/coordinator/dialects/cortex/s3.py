"""Files in buckets of the one S3-compatible store that the operator names. A request names a
bucket and a key; it has no say in which machine is asked, and neither has an answer: redirects are
not followed."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from windlass.coordinator.dialects.cortex.faults import Fault, bad_path
from windlass.coordinator.dialects.cortex.gotext import shown
from windlass.coordinator.dialects.cortex.localfiles import Found
from windlass.coordinator.dialects.cortex.settings import S3, Settings

if TYPE_CHECKING:
    from minio import Minio

_PATH = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)
_CONNECT, _ANSWER = 5.0, 30.0  # seconds


@dataclass(frozen=True)
class Bucket:
    """``prefix``: of the keys that are meant."""

    name: str
    prefix: str

    @classmethod
    def named(cls, path: str) -> "Bucket":
        """Fault: it names none."""
        found = _PATH.fullmatch(path)
        if found is None or ".." in found[1]:
            raise bad_path(path)
        return cls(found[1], found[2] or "")

    def path(self, key: str) -> str:
        return f"s3://{self.name}/{key}"


@dataclass(frozen=True)
class Store:
    client: "Minio"

    @classmethod
    def of(cls, settings: Settings) -> "Store":
        """Fault: there is none."""
        if settings.s3 is None:
            text = "s3 paths cannot be read here: WINDLASS_CORTEX_S3_ENDPOINT is not set"
            raise Fault("aws.read_credentials", text)
        return cls(_client(settings.s3))

    def find(self, bucket: Bucket) -> Iterator[Found]:
        """Whatever is no mark of a directory. Fault: the store does not give it."""
        listed = self.client.list_objects(bucket.name, prefix=bucket.prefix, recursive=True)
        objects = iter(listed)
        while (one := _asked(bucket, lambda: next(objects, None))) is not None:
            key = one.object_name or ""
            if not one.is_dir and not key.endswith("/"):
                yield Found(bucket.path(key), partial(self._read, bucket, key))

    def _read(self, bucket: Bucket, key: str, most: int) -> bytes:
        def read() -> bytes:
            with closing(self.client.get_object(bucket.name, key)) as answer:
                try:
                    return bytes(answer.read(most))
                finally:
                    answer.release_conn()

        return bytes(_asked(bucket, read))


def _asked(bucket: Bucket, call: Any) -> Any:
    from minio.error import MinioException  # noqa: PLC0415 - few need it

    try:
        return call()
    except (MinioException, HTTPError, ValueError) as problem:
        code = getattr(problem, "code", None) or type(problem).__name__
        text = f"bucket {shown(bucket.name)} not found or insufficient permissions ({code})"
        raise Fault("aws.bucket_inaccessible", text) from None


@lru_cache(maxsize=1)
def _client(s3: S3) -> "Minio":
    from minio import Minio  # noqa: PLC0415 - few need it

    class Straight(PoolManager):
        def urlopen(self, method: str, url: str, redirect: bool = True, **kw: Any) -> Any:  # type: ignore[override]  # one argument of it is ours to decide
            return super().urlopen(method, url, redirect=False, **kw)

    at = urlsplit(s3.endpoint)
    return Minio(
        at.netloc,
        access_key=s3.access_key,
        secret_key=s3.secret_key,
        region=s3.region,
        secure=at.scheme == "https",
        http_client=Straight(
            timeout=Timeout(connect=_CONNECT, read=_ANSWER), retries=Retry(1, redirect=0)
        ),
    )
