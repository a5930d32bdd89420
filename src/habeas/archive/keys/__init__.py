"""The archive's own keys change: a new epoch, or new signing keys handed over."""
