"""How the first process of a task is started. Standard library only."""

import errno
import fcntl
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

_INPUT, _OUTPUT, _ERROR = 0, 1, 2
# By Python itself, or by the shell (&, nohup) that started the worker: a task begins with neither.
_IGNORED = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP]
_FAILED = 70  # nobody sees it


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to run, and where its record is kept. Its environment is never written to disk."""

    directory: str
    argv: list[str]
    env: dict[str, str]
    cwd: str
    log_limit: int
    user: int | None = None
    group: int | None = None
    groups: list[int] = field(default_factory=list)
    memory: int | None = None  # bytes of data each process may have
    stop_signal: str = "TERM"
    notes: list[str] = field(default_factory=list)  # to say in the log before it starts


def spawn(request: Request, out: int, err: int) -> int:
    """The pid; OSError where it cannot be started. Not by Popen, which costs as much as the
    process, and its modules as much as a fork."""
    os.chdir(request.cwd)
    if request.user is None and request.memory is None and min(out, err) > _ERROR:
        return _execute(request, partial(_spawned, request, out, err))
    return _forked(request, out, err)


def _execute(request: Request, start: Callable[[str], int]) -> int:
    """Tried along the task's PATH; what was there and could not be started tells more than what
    was not there."""
    failure: OSError = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    for program in _programs(request):
        try:
            return start(program)
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as problem:
            failure = problem
    raise failure


def _programs(request: Request) -> list[str]:
    program = request.argv[0]
    if "/" in program:
        return [program]
    return [os.path.join(place, program) for place in os.get_exec_path(request.env)]


def _spawned(request: Request, out: int, err: int, program: str) -> int:
    return os.posix_spawn(
        program,
        request.argv,
        request.env,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, out, _OUTPUT),
            (os.POSIX_SPAWN_DUP2, err, _ERROR),
            (os.POSIX_SPAWN_OPEN, _INPUT, os.devnull, os.O_RDWR, 0),
        ],
        setsid=True,
        setsigdef=_IGNORED,
    )


def _forked(request: Request, out: int, err: int) -> int:
    """What a spawn cannot do: as another user, and within limits."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    pid = os.fork()
    if pid == 0:
        _become_task(request, (out, err), writing)
    os.close(writing)
    with open(reading, "rb") as said:
        problem = said.read()
    if problem:
        os.waitpid(pid, 0)
        raise OSError(int(problem), os.strerror(int(problem)))
    return pid


def _become_task(request: Request, output: tuple[int, int], writing: int) -> NoReturn:
    """Says the number of the error where it cannot."""
    try:
        os.setsid()
        _place(output)
        for number in _IGNORED:
            signal.signal(number, signal.SIG_DFL)
        if request.memory is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (request.memory, request.memory))
        _become_user(request)
        _execute(request, partial(_executed, request))
    except OSError as problem:
        os.write(writing, str(problem.errno).encode())
    os._exit(_FAILED)


def _executed(request: Request, program: str) -> NoReturn:
    os.execve(program, request.argv, request.env)  # noqa: S606 - no shell: that is the point


def _place(output: tuple[int, int]) -> None:
    """Where they are may be where they shall be."""
    out, err = (fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, _ERROR + 1) for one in output)
    os.dup2(os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC), _INPUT)
    os.dup2(out, _OUTPUT)
    os.dup2(err, _ERROR)
    os.set_inheritable(_INPUT, True)  # it may have been free


def _become_user(request: Request) -> None:
    if request.user is None:
        return
    os.setgroups(request.groups)
    if request.group is not None:
        os.setgid(request.group)
    os.setuid(request.user)
