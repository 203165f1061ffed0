"""The example graphs of the block library: a module for each family, with a function ``fill(sheet)``.

``python scripts/make_block_examples.py`` writes them to ``blocks/shtairir_blocks/examples``. A family's sheet shows
each of its blocks at least once, in a frame with those it belongs to, and with values that somebody might want.
"""
