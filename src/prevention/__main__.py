"""`python -m prevention` is the `prevention` command."""

from prevention.cli import main

if __name__ == "__main__":
    main()
