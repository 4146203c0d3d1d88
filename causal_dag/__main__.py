"""The command ``causal-dag``, which ``python -m causal_dag`` runs, too."""

import sys

# As for every command (``causal_dag.cli.terminal.errors``), none of which is loaded yet.
INTERRUPTED = 130


def run() -> None:
    """Load and run the command; Ctrl-C ends it in one line at any time."""
    try:
        from causal_dag.cli import main

        main(prog_name="causal-dag")
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
