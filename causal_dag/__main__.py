"""Lets ``python -m causal_dag`` do what the command ``causal-dag`` does."""

from causal_dag.cli import main

if __name__ == "__main__":
    main(prog_name="causal-dag")
