"""How do events become a list every night? Flows, sources, settings and the command line."""
