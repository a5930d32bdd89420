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
    """Whatever the command line itself refuses."""

    code = "cli.error"


class ConfirmationNeeded(CliError):
    """Something that cannot be undone was asked where no one can be asked whether to do it."""

    code = "cli.confirmation-needed"


class Declined(CliError):
    """The person at the terminal answered no."""

    code = "cli.declined"


class PassphraseUnreadable(CliError):
    """The file of a passphrase cannot be read, or is empty."""

    code = "cli.passphrase-file"


class PassphrasesDiffer(CliError):
    """A new passphrase was typed twice, and not alike."""

    code = "cli.passphrases-differ"


class NotADemo(CliError):
    """The directory of the demonstration holds something else."""

    code = "cli.not-a-demo"


class DemoOutdated(CliError):
    """The demonstration was loaded by another version, or was added to."""

    code = "cli.demo-outdated"


class Unreachable(CliError):
    """Another machine did not answer, or its address cannot be read."""

    code = "cli.unreachable"


class FilesUnusable(CliError):
    """A file or folder that was named cannot be read or written."""

    code = "cli.files"


class SharesNotShown(CliError):
    """Shares of a recovery key would go somewhere other than a terminal."""

    code = "cli.shares-not-shown"
