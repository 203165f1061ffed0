"""The numerics behind the blocks: NumPy and friends, without ports. Imported inside a block's body only."""
