"""The local searches over orders: insertions, blocks, candidate swaps."""
