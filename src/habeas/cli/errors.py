"""What the command line itself refuses.

HabeasError
└── CliError
    ├── ConfirmationNeeded     cli.confirmation-needed   nobody is there to say yes
    ├── Declined               cli.declined              somebody said no
    ├── PassphraseUnreadable   cli.passphrase-file
    ├── PassphrasesDiffer      cli.passphrases-differ
    ├── NotADemo               cli.not-a-demo
    ├── DemoOutdated           cli.demo-outdated
    ├── Unreachable            cli.unreachable           another machine did not answer
    ├── FilesUnusable          cli.files                 a file named cannot be read or written
    └── SharesNotShown         cli.shares-not-shown      there is no terminal to show them on
"""

from __future__ import annotations

from habeas.errors import HabeasError


class CliError(HabeasError):
    code = "cli.error"


class ConfirmationNeeded(CliError):
    code = "cli.confirmation-needed"


class Declined(CliError):
    code = "cli.declined"


class PassphraseUnreadable(CliError):
    code = "cli.passphrase-file"


class PassphrasesDiffer(CliError):
    code = "cli.passphrases-differ"


class NotADemo(CliError):
    code = "cli.not-a-demo"


class DemoOutdated(CliError):
    code = "cli.demo-outdated"


class Unreachable(CliError):
    code = "cli.unreachable"


class FilesUnusable(CliError):
    code = "cli.files"


class SharesNotShown(CliError):
    code = "cli.shares-not-shown"
