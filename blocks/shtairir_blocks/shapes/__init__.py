"""What blocks' outputs will be, before they run: the functions that blocks declare as ``infer``.

Each takes a block's arguments, as values or specs, and gives specs; see `shtairir.block.infer`. None reads data,
and none imports NumPy.
"""
