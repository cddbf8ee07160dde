"""The hooks of this room: none so far. Ours are built in; hosts add to ``register_wpr_access_rule``."""
