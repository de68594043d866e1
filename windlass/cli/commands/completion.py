"""``windlass completion``."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    bash:  windlass completion bash > ~/.local/share/bash-completion/completions/windlass
    zsh:   windlass completion zsh > ~/.zfunc/_windlass
    fish:  windlass completion fish > ~/.config/fish/completions/windlass.fish
    """
    root = ctx.find_root()
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(root.command, {}, "windlass", "_WINDLASS_COMPLETE").source())
