"""Resources that blocks share: capacities, locks and rates, who waits for them, and who is in whose way."""
