"""Which steps has the shape of the ledger taken? One module per step; `down_revision` names the step before."""
