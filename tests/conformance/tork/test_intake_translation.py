"""From Tork's document to what the engine runs."""

import msgspec

from tests.conformance.tork.refusing import YAML, taken
from windlass.coordinator.dialects.tork.documents import decode
from windlass.coordinator.dialects.tork.queues import to_engine, to_tork
from windlass.coordinator.dialects.tork.translate import to_job, to_submission
from windlass.coordinator.engine import check
from windlass.shared.spec import JobSpec, Limits, Mount, Permission, Probe, Retry, TaskSpec, Webhook


def spec_of(body: str) -> JobSpec:
    job = to_job(taken(body, YAML))
    assert check.problems(job) == []
    return job


def task_of(fields: str, around: str = "") -> TaskSpec:
    return spec_of(f"name: j\n{around}\ntasks:\n- {{name: t, {fields}}}").tasks[0]


def fault_of(fields: str) -> str:
    return task_of(fields).fault


def test_tasks_run_one_after_the_other_until_one_fails() -> None:
    job = spec_of("name: j\ntasks: [{name: a, run: x}, {name: b, run: x}, {name: c, run: x}]")
    assert [task.needs for task in job.tasks] == [(), (0,), (1,)]
    assert job.fail_fast


def test_names_and_vars_may_come_again() -> None:
    job = spec_of(
        "name: j\ntasks: [{name: a, run: x, var: v}, {name: a, run: x, var: v},"
        " {name: a (2), run: x, var: a-b}]"
    )
    assert [task.name for task in job.tasks] == ["a", "a", "a (2)"]
    assert [task.key for task in job.tasks] == ["a", "a (3)", "a (2)"]


def test_defaults_fill_what_a_task_and_its_children_leave_empty() -> None:
    around = "defaults: {queue: q, priority: 4, timeout: 9s, retry: {limit: 2}, limits: {cpus: 2}}"
    bare = task_of("run: x", around)
    assert (bare.queue, bare.priority, bare.container.timeout) == ("q", 4, 9.0)
    assert (bare.retry.limit, bare.container.limits) == (2, Limits(cpus=2.0))
    own = task_of(
        "run: x, queue: o, priority: 1, timeout: 1s, retry: {limit: 1}, limits: {memory: 10m}",
        around,
    )
    assert (own.queue, own.priority, own.container.timeout, own.retry.limit) == ("o", 1, 1.0, 1)
    assert own.container.limits == Limits(cpus=2.0, memory=10 << 20)
    parallel = task_of("parallel: {tasks: [{name: c, run: x}]}", around).parallel
    assert parallel is not None
    assert parallel.tasks[0].queue == "q"
    each = task_of("each: {list: '[1]', task: {name: c, run: x}}", around).each
    assert each is not None
    assert each.task.queue == "q"
    subjob = task_of("subjob: {name: s, tasks: [{name: c, run: x}]}", around).subjob
    assert subjob is not None
    assert subjob.job.tasks[0].queue == "default"


def test_a_retry_is_at_once_unless_a_delay_is_asked_for() -> None:
    assert task_of("run: x, retry: {limit: 3}").retry == Retry(limit=3, initial_delay=0.0)
    asked = "run: x, retry: {limit: 3, initialDelay: 2s, scalingFactor: 3, maxDelay: 1m}"
    assert task_of(asked).retry == Retry(
        limit=3, initial_delay=2.0, scaling_factor=3.0, max_delay=60.0
    )


def test_a_task_finds_what_tork_promised_it() -> None:
    container = task_of(
        "run: echo, image: i, entrypoint: [sh, -c], files: {/a: b}, workdir: /w, gpus: all,"
        " networks: [n], registry: {username: u, password: p}, env: {A: '{{ inputs.x }}'}"
    ).container
    assert container.layout.root == "/tork"
    assert (container.run, container.image, container.files) == ("echo", "i", {"a": "b"})
    assert (container.workdir, container.gpus, container.networks) == ("/w", "all", ("n",))
    assert container.env == {"A": "{{ inputs.x }}"}
    assert container.registry is not None
    assert container.registry.password == "p"


def test_cmd_wins_over_a_script() -> None:
    container = task_of("run: echo, cmd: [a, b]").container
    assert (container.cmd, container.run) == (("a", "b"), None)


def test_mounts_keep_their_kind_and_a_volume_its_options() -> None:
    task = task_of(
        "run: x, mounts: [{type: volume, target: /a, opts: {o: size=1}},"
        " {type: bind, source: /s, target: /b}, {type: tmpfs, target: /c}]"
    )
    assert task.container.mounts == (
        Mount(kind="volume", target="/a", options={"o": "size=1"}),
        Mount(kind="bind", target="/b", source="/s"),
        Mount(kind="tmpfs", target="/c"),
    )


def test_steps_and_sidecars_go_along() -> None:
    task = task_of(
        "run: x, pre: [{name: p, run: a}], post: [{name: q, cmd: [b], timeout: 3s}],"
        " sidecars: [{name: s, image: i, probe: {path: /up, port: 80, timeout: 2s}}]"
    )
    assert (task.pre[0].name, task.pre[0].container.run) == ("p", "a")
    assert (task.post[0].container.cmd, task.post[0].container.timeout) == (("b",), 3.0)
    assert task.sidecars[0].probe == Probe(path="/up", port=80, timeout=2.0)


def test_what_fails_on_torks_worker_is_a_fault_in_its_words() -> None:
    assert fault_of("run: x, limits: {cpus: abc}") == (
        "invalid CPUs value: failed to parse abc as a rational number"
    )
    assert fault_of("run: x, limits: {cpus: '0.0000000001'}") == (
        "invalid CPUs value: value is too precise"
    )
    assert fault_of("run: x, limits: {memory: abc}") == "invalid memory value: invalid size: 'abc'"
    assert fault_of("run: x, mounts: [{type: nope}]") == "unknown mount type: nope"
    assert fault_of("run: x, mounts: [{type: tmpfs}]") == "tmpfs target is required"
    assert fault_of("run: x, mounts: [{type: tmpfs, source: s, target: /t}]") == (
        "tmpfs source should be empty"
    )
    assert fault_of("run: x, timeout: '-1s'") == "context deadline exceeded"
    assert fault_of("description: nothing") == (
        "error pulling image: : repository name must have at least one component"
    )
    assert fault_of("run: x, files: {../a: b}").endswith("invalid file name: ../a")
    assert fault_of("run: x, limits: {cpus: 1/2, memory: 10MiB}, timeout: 1h30m15.5s") == ""


def test_each_has_its_item_and_its_window() -> None:
    each = task_of("each: {list: '{{ [1] }}', concurrency: 3, task: {name: c, run: x}}").each
    assert each is not None
    assert (each.var, each.list, each.concurrency) == ("item", "{{ [1] }}", 3)
    named = task_of("each: {list: '[1]', var: x, task: {name: c, run: x}}").each
    assert named is not None
    assert named.var == "x"


def test_a_subjob_is_a_job_with_a_document_of_its_own() -> None:
    subjob = task_of(
        "subjob: {name: s, detached: true, output: '{{ tasks.a }}', inputs: {a: b},"
        " secrets: {k: v}, autoDelete: {after: 1h}, tasks: [{name: c, run: x}]}"
    ).subjob
    assert subjob is not None
    assert subjob.detached
    assert (subjob.job.name, subjob.job.output) == ("s", "{{ tasks.a }}")
    assert (subjob.job.secrets, subjob.job.delete_after) == ({"k": "v"}, 3600.0)
    assert subjob.document is not None
    assert decode(subjob.document).tasks[0].name == "c"


def test_webhooks_that_can_never_be_sent_are_left_out_of_the_spec() -> None:
    job = spec_of(
        "name: j\ntasks: [{name: t, run: x}]\nwebhooks: [{url: 'http://a/', headers: {H: v}},"
        " {url: 'http://b/', event: task.Progress, if: 'true'}, {url: 'http://c/', event: nope},"
        " {url: nowhere}]"
    )
    assert job.webhooks == (
        Webhook(url="http://a/", headers={"H": "v"}),
        Webhook(url="http://b/", event="task.progress", condition="true"),
    )


def test_whatever_else_a_job_says_is_in_the_spec() -> None:
    job = spec_of(
        "name: j\ndescription: d\ntags: [a, '']\ninputs: {i: 1}\nsecrets: {s: x}\noutput: plain\n"
        "permissions: [{user: u}, {role: r}]\nautoDelete: {after: 2m}\n"
        "tasks: [{name: t, run: x, if: 1 == 2, tags: [b]}]"
    )
    assert (job.description, job.tags, job.inputs, job.secrets) == (
        "d",
        ("a",),
        {"i": "1"},
        {"s": "x"},
    )
    assert (job.output, job.delete_after) == ("plain", 120.0)
    assert job.permissions == (Permission(user="u"), Permission(role="r"))
    assert (job.tasks[0].condition, job.tasks[0].tags) == ("1 == 2", ("b",))


def test_wrong_templates_are_left_to_the_start_of_a_task() -> None:
    job = spec_of("name: j\noutput: '{{ nope }}'\ntasks: [{name: '{{ a b }}', run: x}]")
    assert job.lenient


def test_any_queue_has_a_name_the_broker_takes() -> None:
    for name in ("q", "my queue", "a/b", "tork.x", "\u00e9_1", "_5f"):
        assert to_tork(to_engine(name)) == name
    assert task_of("run: x, queue: my queue").queue == "tork.my_20queue"
    assert task_of("run: x, queue: '{{ inputs.q }}'").queue == "{{ inputs.q }}"


def test_a_name_of_blanks_can_be_seen() -> None:
    assert spec_of("name: ' '\ntasks: [{name: t, run: x}]").name == "\u2423"


def test_the_document_is_stored_as_it_was_meant() -> None:
    document = taken("name: ' '\nwait: {timeout: 1s}\ntasks: [{name: t, run: x}]", YAML)
    submission = to_submission(document, owner="ada")
    assert (submission.door, submission.owner) == ("tork", "ada")
    assert submission.document is not None
    assert decode(submission.document) == msgspec.structs.replace(document, wait=None)
