"""Attempts as processes of this machine, for where there is no Docker.

    worker ── supervisor ── guardian ── the task's processes     one guardian per attempt

The worker starts one supervisor, a small process that does nothing but fork a guardian for each
attempt; so an attempt costs a fork and not the start of an interpreter. Neither ends with the
worker. All that is known about an attempt is in its directory, written by the guardian: a later
worker needs nobody's help to follow its output, to stop it, or to learn how it ended.

``supervisor`` and all it imports use the standard library only: it starts fast and stays small.
"""
