"""What Tork finds out on the worker, we know beforehand."""


class Unfit(Exception):
    """The task cannot run; why, in Tork's words."""
