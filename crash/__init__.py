"""Shows by force that nothing is lost: a whole stack, killed and frozen at random under load.

    make crash SECONDS=120 [SEED=…] [RUNTIME=auto|process|docker]

Two coordinators, three workers, Postgres and Redis run on this machine. Clients submit jobs of many
kinds through HTTP, each with an idempotency key, and ask again until they are answered. Meanwhile
every process is killed (SIGKILL) or frozen (SIGSTOP) at random, and started again after a while.
Every attempt notes its start and its end in a file that Windlass knows nothing of. In the end
nothing is hurt any more, and once all has settled each job is compared with what it must have done.

The last line says ``submitted S completed C lost L twice T stuck K kills N``:

- *submitted*: jobs a coordinator said it had taken;
- *completed*: those of them that did exactly what they must have done: their final state and that
  of each task, reasons, outputs, attempts numbered without a gap, a history of legal moves that
  ends in what is shown, and logs that equal, byte for byte, what the attempt wrote;
- *lost*: those that did not; a job that is gone, or whose task is said to have completed although
  the file knows nothing of it, is one of them;
- *twice*: an attempt that was started twice, a task or a job with two accepted outcomes in one
  epoch, a job that was made twice for one idempotency key;
- *stuck*: jobs not over when all had time to settle, and whatever was left behind: processes,
  containers, directories of attempts, leases;
- *kills*: processes killed; the line before it also tells how many were frozen.

The exit code is 0 only when lost, twice and stuck are all 0. Else what was found is told above that
line, and everything the stack wrote is kept.
"""
