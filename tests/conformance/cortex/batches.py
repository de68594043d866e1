"""What submits a batch job."""

from typing import Any

AT = "/batch/job"


def items(*found: Any, size: int = 1, **more: Any) -> dict[str, Any]:
    return {"workers": 1, "item_list": {"items": list(found), "batch_size": size}, **more}


def of_items(found: bytes, size: int = 1) -> bytes:
    """As they are written."""
    return b'{"workers": 1, "item_list": {"items": [%s], "batch_size": %d}}' % (found, size)
