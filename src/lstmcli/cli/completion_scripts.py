"""The completion scripts for zsh and fish, in place of Typer's.

Typer's script for zsh completes nothing on the first TAB of a session if zsh loads it from ``fpath``: it defines its
function and does not call it.  Its script for fish runs the program twice on each TAB.
"""

from __future__ import annotations

from typing import Any

ZSH = """
#compdef %(prog_name)s

%(complete_func)s() {
  eval $(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" %(autocomplete_var)s=complete_zsh %(prog_name)s)
}

if [ "$funcstack[1]" = "_%(prog_name)s" ]; then
  %(complete_func)s
else
  compdef %(complete_func)s %(prog_name)s
fi
"""
"""zsh runs the whole file on the first TAB if it is in ``fpath``; else the file is sourced."""

FISH = """
function %(complete_func)s
    set -l found (env %(autocomplete_var)s=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args \\
        _TYPER_COMPLETE_ARGS=(commandline -cp) %(prog_name)s)
    if test -n "$found"
        string join \\n -- $found
    else
        __fish_complete_path (commandline -ct)
    end
end

complete -c %(prog_name)s -f -a "(%(complete_func)s)"
"""
"""Files are offered where the program has nothing to offer."""


def use() -> None:
    """Let Typer print and install these scripts."""
    from typer import _completion_shared as shared

    scripts: dict[str, Any] = shared._completion_scripts
    scripts |= {"zsh": ZSH, "fish": FISH}
