"""What a task may say of calls to its own containers: probes, and a POST that ends it."""

from windlass.coordinator.web.fields import Flag, Text
from windlass.coordinator.web.nested import ListOf, Part, Table
from windlass.coordinator.web.quantities import Duration, Whole
from windlass.coordinator.web.refusals import Strict

_MEBIBYTE = 1 << 20


class ProbeDocument(Strict):
    path = Text(least=1, most=4096, required=True)
    port = Whole(1, 65_535, required=True)
    timeout = Duration(least=0.001)


class ReadyDocument(Strict):
    """Somebody listens there; with a path, a GET of it answers 200."""

    port = Whole(1, 65_535, required=True)
    path = Text(least=1, most=4096)


class ErrandDocument(Strict):
    """A POST to the task's containers, which ends the task with its answer."""

    port = Whole(1, 65_535, required=True)
    path = Text(least=1, most=4096)
    body = Text(most=_MEBIBYTE)
    headers = Table(Text(most=4096), most=100)
    tolerant = Flag()
    ready = ListOf(Part(ReadyDocument), most=100)
