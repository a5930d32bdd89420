"""The commands, one module each, named like what is typed; a large group has several.

To add a command: write its function here, in the module of its group or one of its own, with all
imports at the top (the module is imported only when the command is met; a heavy library of others,
which only some runs need, may stay inside a function), and add its line to ``habeas.cli.table``,
where ``--help`` is to list it. A parameter ``speaker: Speaker`` brings the option ``--json``. What
the command prints for ``--help`` goes into ``docs/reference/cli.md``; tests compare both.
"""
