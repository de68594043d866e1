"""The shell script that sets an entrypoint's surroundings up and becomes it. Pure.

Values of variables come in through the environment, under names of their own, and are expanded
there as Ray does: known variables always, unknown ones of the form ``${UPPER}`` to nothing. So no
value, which may be a secret, is part of the script.
"""

import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from windlass.coordinator.entrypoint.request import Entrypoint, Environment, Install

RAW = "WINDLASS_RAW_"  # before the name of a variable whose value is to be expanded
WORKING_DIR = "/job/working_dir"
PY_MODULES = "/job/py_modules"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_EXPAND = r"""
expand() {
  eval "wl_rest=\$WINDLASS_RAW_$1"; wl_out=
  while :; do
    case $wl_rest in *'$'*) ;; *) break ;; esac
    wl_out=$wl_out${wl_rest%%\$*}; wl_rest=${wl_rest#*\$}
    case $wl_rest in
      '{'*'}'*) wl_name=${wl_rest#?}; wl_name=${wl_name%%\}*}
        wl_after=${wl_rest#*\}}; wl_braces=1 ;;
      *) wl_name=${wl_rest%%[!A-Za-z0-9_]*}; wl_after=${wl_rest#"$wl_name"}; wl_braces= ;;
    esac
    case $wl_name in
      '' | [0-9]* | *[!A-Za-z0-9_]*) wl_out=$wl_out'$'; continue ;;
    esac
    eval "wl_known=\${$wl_name+x}"
    if [ "$wl_known" ]; then eval "wl_out=\$wl_out\$$wl_name"
    elif [ -z "$wl_braces" ]; then wl_out=$wl_out'$'$wl_name
    else case $wl_name in *[!A-Z0-9_]*) wl_out=$wl_out'${'$wl_name'}' ;; esac
    fi
    wl_rest=$wl_after
  done
  eval "$1=\$wl_out\$wl_rest"; export "$1"; unset "WINDLASS_RAW_$1"
}
"""


def script(entrypoint: Entrypoint) -> str:
    environment = entrypoint.environment
    return "\n".join(
        [
            *([] if environment.is_empty else ["echo 'Runtime env is setting up.'"]),
            *_warnings(environment),
            *(_installing(environment.install) if environment.install else ()),
            *_variables(environment),
            _python_path(environment),
            f"printf '%s\\n' {shlex.quote(_announced(entrypoint))}",
            f"exec /bin/sh -c {shlex.quote(entrypoint.command)} 2>&1",
            "",
        ]
    )


def failing(text: str) -> str:
    """Says why there is nothing to run."""
    quoted = shlex.quote(text)
    return (
        f"printf '%s\\n' 'Runtime env setup failed: '{quoted}\n"
        f"printf %s 'windlass: setup failed: '{quoted} > \"$WINDLASS_OUTPUT\"\nexit 1\n"
    )


def is_expanded(name: str, value: str) -> bool:
    """Such a variable is given to the script under its raw name."""
    return "$" in value and _NAME.fullmatch(name) is not None


def wish(install: Install, timeout: float) -> str:
    """For ``install.py``."""
    return json.dumps(
        {
            "tool": install.tool,
            "packages": install.packages,
            "options": install.options,
            "version": install.version,
            "check": install.check,
            "timeout": timeout,
        }
    )


def _announced(entrypoint: Entrypoint) -> str:
    return f"Running entrypoint for job {entrypoint.id}: {entrypoint.command}"


def _warnings(environment: Environment) -> Iterator[str]:
    for key in environment.ignored:
        said = f"Runtime env: {key} means nothing here and is ignored."
        yield f"printf '%s\\n' {shlex.quote(said)}"


def _installing(install: Install) -> list[str]:
    return [
        "windlass_python=$(command -v python3 || command -v python) || {",
        f"  {failing(f'{install.tool} needs an image with Python').strip()}",
        "}",
        "\"$windlass_python\" - <<'END_OF_INSTALLER' || exit 1",
        _installer(),
        "END_OF_INSTALLER",
        "unset RUNTIME_ENV_INSTALL windlass_python",
        'export VIRTUAL_ENV="$WINDLASS_CACHE/venv"',
        'export PATH="$VIRTUAL_ENV/bin:$PATH"',
    ]


@cache
def _installer() -> str:
    return Path(__file__).with_name("install.py").read_text()


def _variables(environment: Environment) -> list[str]:
    names = [name for name, value in environment.env_vars.items() if is_expanded(name, value)]
    return [_EXPAND.strip(), *(f"expand {name}" for name in names)] if names else []


def _python_path(environment: Environment) -> str:
    """Modules first, as in Ray; and whatever the image or the user has set behind."""
    places = [f"${{PWD%/*}}/py_modules/{at}" for at in range(len(environment.py_modules))]
    path = ":".join(["$PWD", *places])
    return f'export PYTHONPATH="{path}${{PYTHONPATH:+:$PYTHONPATH}}"'
