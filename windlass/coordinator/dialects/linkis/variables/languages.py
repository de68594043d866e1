"""Which language a code type is of, and how that language marks a definition."""

_CODE_TYPES = {
    "sql": "sql hql jdbc hive psql fql tsql nebula ngql aisql starrocks",
    "python": "python py pyspark py3",
    "java": "java",
    "scala": "scala",
    "shell": "sh shell",
    "json": "json data_calc",
}
_LANGUAGES = {word: name for name, words in _CODE_TYPES.items() for word in words.split()}
_MARKS = {"sql": "--@set", "python": "#@set", "shell": "#@set", "scala": "//@set", "java": "!!@set"}


def language_of(code_type: str) -> str | None:
    """None: nothing is replaced in such code."""
    return _LANGUAGES.get(code_type.strip().lower())


def mark_of(language: str) -> str | None:
    """What a definition begins with; None: this language has none."""
    return _MARKS.get(language)
