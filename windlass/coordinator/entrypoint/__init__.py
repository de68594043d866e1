"""Shell commands with a Python environment around them, as several doors know them: what such a
request asks for, and the job that carries it out. Pure."""
