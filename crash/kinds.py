"""The kinds of jobs in the stream, each with what must come of it."""

from collections.abc import Callable, Mapping
from random import Random
from uuid import UUID

from crash.plan import Plan, Steer, TaskPlan
from crash.scripts import LOST_PATIENCE, Setting, task, text

Make = Callable[[Setting, Random], Plan]

_RETRY = {"initial_delay": "100ms", "scaling_factor": 1, "jitter": 0}
_FAN = 12


def _done(lines: int = 3, output: str | None = None, failures: int = 0) -> TaskPlan:
    return TaskPlan(state="completed", text=text(lines), output=output, failures=failures)


def single(setting: Setting, random: Random) -> Plan:
    pause = random.choice(["0", "0.2", "1", "3"])
    body = f'sleep {pause}; printf "{pause}" > "$WINDLASS_OUTPUT"'
    made = task(setting, "only", body, var="told")
    return Plan(
        kind="single",
        document={"name": "single", "output": "{{ tasks.told }}", "tasks": [made]},
        state="completed",
        output=pause,
        tasks={"only": _done(output=pause)},
    )


def sequence(setting: Setting, random: Random) -> Plan:
    """Each task adds its letter to what the one before it said."""
    word = "abcd"[: random.randint(2, 4)]
    tasks, plans = [], {}
    for position, letter in enumerate(word):
        before = f"{{{{ tasks.{word[position - 1]} }}}}" if position else ""
        body = f'printf "%s{letter}" "$BEFORE" > "$WINDLASS_OUTPUT"'
        tasks.append(task(setting, letter, body, var=letter, env={"BEFORE": before}))
        plans[letter] = _done(output=word[: position + 1])
    output = f"{{{{ tasks.{word[-1]} }}}}"
    return Plan(
        kind="sequence",
        document={"name": "sequence", "output": output, "tasks": tasks},
        state="completed",
        output=word,
        tasks=plans,
    )


def diamond(setting: Setting, random: Random) -> Plan:
    pause = f"sleep {random.choice(['0.1', '1'])}"
    say = 'printf "$TASK" > "$WINDLASS_OUTPUT"'
    join = 'printf "%s+%s" "$LEFT" "$RIGHT" > "$WINDLASS_OUTPUT"'
    sides = {"LEFT": "{{ tasks.left }}", "RIGHT": "{{ tasks.right }}"}
    tasks = [
        task(setting, "top", pause),
        task(setting, "left", say, needs=["top"], var="left"),
        task(setting, "right", f"{pause}; {say}", needs=["top"], var="right"),
        task(setting, "bottom", join, needs=["left", "right"], env=sides),
    ]
    return Plan(
        kind="diamond",
        document={"name": "diamond", "tasks": tasks},
        state="completed",
        tasks={
            "top": _done(),
            "left": _done(output="left"),
            "right": _done(output="right"),
            "bottom": _done(output="left+right"),
        },
    )


def fan_out(setting: Setting, random: Random) -> Plan:
    names = [f"leaf-{number}" for number in range(_FAN)]
    tasks = [
        task(setting, "root"),
        *(task(setting, name, needs=["root"]) for name in names),
        task(setting, "end", needs=names),
    ]
    return Plan(
        kind="fan-out",
        document={"name": "fan-out", "priority": random.randint(0, 9), "tasks": tasks},
        state="completed",
        tasks={name: _done() for name in ("root", *names, "end")},
    )


def flaky(setting: Setting, random: Random) -> Plan:
    failures = random.randint(1, 3)
    body = f"test $WINDLASS_ATTEMPT -gt {failures} || exit 3"
    made = task(setting, "flaky", body, retry={"limit": failures, **_RETRY})
    return Plan(
        kind="flaky",
        document={"name": "flaky", "tasks": [made]},
        state="completed",
        tasks={"flaky": _done(failures=failures)},
    )


def hopeless(setting: Setting, random: Random) -> Plan:
    """It fails to the last retry; what needs it is skipped, its neighbour is not."""
    tasks = [
        task(setting, "bad", "exit 4", needs=[], retry={"limit": 1, **_RETRY}),
        task(setting, "after", needs=["bad"]),
        task(setting, "beside", needs=[]),
    ]
    failed = TaskPlan(state="failed", reason="exit_code", failures=2, text=text())
    return Plan(
        kind="hopeless",
        document={"name": "hopeless", "tasks": tasks},
        state="failed",
        reason="task_failed",
        tasks={
            "bad": failed,
            "after": TaskPlan(state="skipped", reason="upstream"),
            "beside": _done(),
        },
    )


def forgiven(setting: Setting, random: Random) -> Plan:
    tasks = [
        task(setting, "bad", "exit 5", allow_failure=True),
        {**task(setting, "unless"), "if": "{{ 1 == 2 }}"},
        task(setting, "after"),
    ]
    return Plan(
        kind="forgiven",
        document={"name": "forgiven", "tasks": tasks},
        state="completed",
        tasks={
            "bad": TaskPlan(state="failed", reason="exit_code", failures=1, text=text()),
            "unless": TaskPlan(state="skipped", reason="condition"),
            "after": _done(),
        },
    )


def late(setting: Setting, random: Random) -> Plan:
    made = task(setting, "late", LOST_PATIENCE, timeout=f"{random.randint(2, 6)}s")
    return Plan(
        kind="late",
        document={"name": "late", "tasks": [made]},
        state="failed",
        reason="task_failed",
        tasks={"late": TaskPlan(state="failed", reason="timeout", failures=1)},
    )


def cancelled(setting: Setting, random: Random) -> Plan:
    tasks = [
        task(setting, "endless", LOST_PATIENCE, needs=[]),
        task(setting, "other", LOST_PATIENCE, needs=[]),
        task(setting, "after", needs=["endless"]),
    ]
    gone = TaskPlan(state="cancelled")
    return Plan(
        kind="cancelled",
        document={"name": "cancelled", "tasks": tasks},
        state="cancelled",
        reason="cancelled",
        steer=Steer.CANCEL,
        tasks={"endless": gone, "other": gone, "after": gone},
    )


def restarted(setting: Setting, random: Random) -> Plan:
    """It fails until its client has left a flag and restarts it."""
    flag = f"flag-{UUID(int=random.getrandbits(128))}"
    tasks = [
        task(setting, "first"),
        task(setting, "second", 'test -e "$EFFECTS/$FLAG" || exit 6', env={"FLAG": flag}),
        task(setting, "third"),
    ]
    return Plan(
        kind="restarted",
        document={"name": "restarted", "metadata": {"flag": flag}, "tasks": tasks},
        state="completed",
        steer=Steer.RESTART,
        epochs=2,
        tasks={"first": _done(), "second": _done(failures=1), "third": _done()},
    )


def chatty(setting: Setting, random: Random) -> Plan:
    lines = random.choice([1_000, 20_000, 200_000])
    return Plan(
        kind="chatty",
        document={"name": "chatty", "tasks": [task(setting, "chatty", lines=lines)]},
        state="completed",
        tasks={"chatty": _done(lines)},
    )


WEIGHTS: Mapping[Make, int] = {
    single: 6,
    sequence: 3,
    diamond: 3,
    fan_out: 1,
    flaky: 3,
    hopeless: 2,
    forgiven: 2,
    late: 2,
    cancelled: 3,
    restarted: 2,
    chatty: 2,
}


def any_plan(setting: Setting, random: Random) -> Plan:
    [make] = random.choices(list(WEIGHTS), list(WEIGHTS.values()))
    return make(setting, random)
