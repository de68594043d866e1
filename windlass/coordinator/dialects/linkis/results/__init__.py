"""What a task printed, as the result files Linkis' clients read. Pure.

A result is text (each line of stdout is a row of the one column ``stdout``) or a table: JSON lines,
``{"columns": [{"name": …, "type": …, "comment": …}]}`` first and then one array for each row.
``survey`` looks once at all of it and finds the files ``_0.dolphin``, ``_1.dolphin``, …; of those
one at a time is then read (``reading.show``), so that nothing long is ever in memory as a whole.
"""
