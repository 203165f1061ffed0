"""The block library of Shtairir, itself a pack: one module for each family, the numerics in `kernels`."""
