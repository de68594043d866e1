"""The functions of the language: one entry each, checked before the body is called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import UNKNOWN, Nature
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.values import go_name, kind

Result = Nature | Callable[[Sequence[Nature]], Nature]
Body = Callable[..., object]


@dataclass(frozen=True)
class Function:
    """``parameters`` are kinds joined by ``|``, or ``any``; ``?`` behind one: may be missing;
    ``*``: any number of them. ``refusal`` is said of an argument of another kind."""

    name: str
    parameters: tuple[str, ...]
    result: Result
    refusal: str
    body: Body

    def call(self, budget: Budget, arguments: Sequence[object]) -> object:
        self.check_count(len(arguments))
        for index, argument in enumerate(arguments):
            if not self._takes(index, kind(argument)):
                raise self.refuse(index, go_name(argument))
        return self.body(budget, *arguments)

    def nature(self, arguments: Sequence[Nature], places: Sequence[int]) -> Nature:
        """Raises Fault for arguments that can never do; ``places`` is where each is written."""
        self.check_count(len(arguments))
        for index, argument in enumerate(arguments):
            if argument.known and not self._takes(index, argument.kind):
                fault = self.refuse(index, str(argument))
                fault.at = None if self.refusal else places[index]
                raise fault
        return self.result if isinstance(self.result, Nature) else self.result(arguments)

    def check_count(self, count: int) -> None:
        least = sum(not each.endswith(("?", "*")) for each in self.parameters)
        most = count if self._variadic else len(self.parameters)
        if least <= count <= most:
            return
        if not self.refusal:
            which = "not enough" if count < least else "too many"
            raise Fault(f"{which} arguments to call {self.name}")
        bound = least if least == most else f"at least {least}"
        bound = f"at most {most}" if count > most != least else bound
        raise Fault(f"invalid number of arguments (expected {bound}, got {count})")

    def refuse(self, index: int, got: str) -> Fault:
        if self.refusal:
            return Fault(self.refusal.format(name=self.name, got=got))
        wanted = _SHOWN.get(self._parameter(index), self._parameter(index))
        return Fault(f"cannot use {got} as argument (type {wanted}) to call {self.name} ")

    @property
    def _variadic(self) -> bool:
        return bool(self.parameters) and self.parameters[-1].endswith("*")

    def _parameter(self, index: int) -> str:
        place = min(index, len(self.parameters) - 1)
        return self.parameters[place].rstrip("?*")

    def _takes(self, index: int, kind: str) -> bool:
        parameter = self._parameter(index)
        return parameter == "any" or kind in parameter.split("|")


_SHOWN = {"list": "[]interface {}", "map": "map[string]interface {}", "duration": "time.Duration"}

FUNCTIONS: dict[str, Function] = {}


def function(
    name: str, *parameters: str, result: Result = UNKNOWN, refusal: str = ""
) -> Callable[[Body], Body]:
    """Registers the function below under this name."""

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(name, parameters, result, refusal, body)
        return body

    return register
