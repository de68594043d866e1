"""A database per test, cloned from a template that was migrated once."""

from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

import psycopg2


def admin(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def other_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))
