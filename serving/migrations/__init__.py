"""How does an older ledger become today's? Step by step; each file in `versions` is one step."""
