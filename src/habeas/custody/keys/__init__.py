"""Keys: how they are kept, protected, split, recovered and handed over.

Here belong the keyring, key files, passphrases and shares. Who may speak for whom is ``trust``.
"""

__all__ = [
    "age_keys",
    "handovers",
    "key_chain",
    "key_files",
    "key_names",
    "keyring",
    "passphrase_files",
    "passphrases",
    "person_keys",
    "recovery",
    "shares",
]
