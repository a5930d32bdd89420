"""Keys: how they are kept, protected, split, recovered and handed over.

Here belong the keyring, key files, passphrases and shares. Who may speak for whom is ``trust``.
"""
