"""The commands, one module each, named like what is typed; a large group has several.

To add a command: write its function here, in the module of its group or one of its own, with all
imports at the top (the module is imported only when the command is met; a heavy library of others,
which only some runs need, may stay inside a function), and add its line to ``habeas.cli.table``,
where ``--help`` is to list it. Its first parameter is one of ``habeas.cli.session``, which brings
``--json`` and the options by which the archive and the person are found, or a ``Speaker`` where no
archive is touched; the command's own arguments follow. What the command prints for ``--help`` goes
into ``docs/reference/cli.md``; tests compare both.
"""
