"""What outlives a program that was killed: the journals of runs, what finished nodes have made, and how to go on.

`shtairir.recovery.listing` tells which runs there are, `shtairir.recovery.folder` where one is kept.
"""
