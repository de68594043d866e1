"""Variables in code, as Linkis substitutes them before a task is queued. Pure.

``substitution.substitute`` is all that a door needs: ``${name}``, ``${name+1}`` and
``&{yyyy-MM-dd%-1d}`` are replaced, definitions in the code (``#@set k=v``) are read, what nobody
defined stays as it is.
"""
