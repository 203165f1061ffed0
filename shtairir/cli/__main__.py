"""``python -m shtairir.cli`` is the command ``shtairir``."""

from shtairir.cli import main

main()
