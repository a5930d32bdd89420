"""The command tree: which verbs there are, in the order in which ``--help`` lists them."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

import habeas
from habeas.cli.commands import (
    add,
    backup,
    bundle,
    cite,
    compartments,
    consent,
    custody,
    demo,
    doctor,
    erase,
    erase_carry_out,
    erase_redact,
    estimate,
    export,
    figure,
    import_,
    init,
    keys,
    keys_hand_over,
    keys_recover,
    link,
    link_judge,
    mirror,
    people,
    people_keys,
    policy,
    prove,
    reading,
    rebuild,
    regions,
    restore,
    retract,
    search,
    serve,
    timestamp,
    verify,
    why,
    witness,
    witness_serve,
)

_PLAIN = {"max_content_width": 100, "help_option_names": ["--help", "-h"]}


def _tree(help_text: str, **more: object) -> typer.Typer:
    return typer.Typer(
        help=help_text,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_PLAIN,
        **more,  # type: ignore[arg-type]
    )


class ListByDefault(typer.core.TyperGroup):
    """``habeas people`` means ``habeas people list``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


class MakeByDefault(typer.core.TyperGroup):
    """``habeas bundle 6 --to DIR`` means ``habeas bundle make 6 --to DIR``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help", "-h"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


class AsWritten(typer.core.TyperGroup):
    """Lists the verbs in the order in which a newcomer meets them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name in ORDER if name in self.commands]


ORDER = (
    *("init", "people", "policy", "compartments", "regions", "add", "reading", "search", "cite"),
    *("import", "figure", "estimate", "link", "why"),
    *("prove", "custody", "bundle", "export"),
    *("keys", "backup", "restore", "mirror"),
    *("consent", "hold", "erase"),
    *("retract", "verify", "rebuild", "witness", "timestamp", "serve", "demo", "doctor"),
)

app = _tree(
    "An evidence ledger: every published number leads back to sealed bytes.\n\n"
    "Commands act on the archive that the current directory lies in, or on --archive DIR.",
    no_args_is_help=True,
    cls=AsWritten,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"habeas {habeas.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version."),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Where the program fails, show where (may quote evidence)."),
    ] = False,
    despite_clock: Annotated[
        bool,
        typer.Option(
            "--despite-clock", help="Record also where this machine's clock cannot be right."
        ),
    ] = False,
) -> None:
    """Options of every command."""
    if (
        despite_clock or "habeas.archive.store.clock" in sys.modules
    ):  # else nothing was accepted yet
        from habeas.cli.opening import make_ready

        make_ready()  # the archive sets Django up as it is imported
        from habeas.archive.store import clock

        clock.accept(accepted=despite_clock)


def _group(name: str, help_text: str) -> typer.Typer:
    group = _tree(help_text, cls=ListByDefault)
    app.add_typer(group, name=name)
    return group


app.command("init")(init.init)
_people = _group("people", "The pseudonymous keys of those who take decisions.")
_people.command("add")(people.add)
_people.command("list")(people.list_)
_people.command("retire")(people.retire)
_people.command("renew")(people_keys.renew)
_people.command("request")(people_keys.request)
_people.command("recover")(people_keys.recover)
_policy = _group("policy", "How long trust takes, and who changes that.")
_policy.command("list")(policy.list_)
_policy.command("adopt")(policy.adopt)
_policy.command("propose")(policy.propose)
_policy.command("approve")(policy.approve)
_regions = _group("regions", "The parts of the world whose names, places and codes are known here.")
_regions.command("list")(regions.list_)
_regions.command("add")(regions.add)
_regions.command("check")(regions.check)
_compartments = _group("compartments", "The cases that things lie in; access is given by case.")
_compartments.command("add")(compartments.add)
_compartments.command("list")(compartments.list_)
app.command("add")(add.add)
_reading = _tree("What became of every file that was sealed.", no_args_is_help=True)
app.add_typer(_reading, name="reading")
_reading.command("status")(reading.status)
_reading.command("work")(reading.work)
_reading.command("retry")(reading.retry)
_reading.command("report")(reading.report)
app.command("search")(search.search)
app.command("cite")(cite.cite)
app.command("import")(import_.import_)
_figures = _group("figure", "Numbers with their recipe: counted, reported, estimated.")
_figures.command("list")(figure.list_)
_figures.command("show")(figure.show)
_figures.command("estimate")(figure.estimate)
_figures.command("add")(figure.add)
_figures.command("check")(figure.check)
app.command("estimate")(estimate.estimate)
_link = _tree("The same person or place under many spellings.", no_args_is_help=True)
app.add_typer(_link, name="link")
_link.command("run")(link.run)
_link.command("next")(link_judge.next_)
_link.command("judge")(link_judge.judge)
_link.command("undo")(link_judge.undo)
_link.command("report")(link.report)
_link.command("policy")(link.policy)
app.command("why")(why.why)
app.command("prove")(prove.prove)
app.command("custody")(custody.custody)
_bundle = _tree("Hand evidence over so that others can check it.", cls=MakeByDefault)
app.add_typer(_bundle, name="bundle")
_bundle.command("make")(bundle.make)
_bundle.command("verify")(bundle.verify)
app.command("export")(export.export)
app.command("retract")(retract.retract)
_consent = _tree("What people agreed to.", no_args_is_help=True)
app.add_typer(_consent, name="consent")
_consent.command("withdraw")(consent.withdraw)
_holds = _group("hold", "Legal holds: what must not be erased while they last.")
_holds.command("set")(consent.set_hold)
_holds.command("lift")(consent.lift_hold)
_holds.command("list")(consent.list_holds)
_erase = _group("erase", "Destroy what a person withdraws: two people sign for it.")
_erase.command("request")(erase.request)
_erase.command("approve")(erase.approve)
_erase.command("list")(erase.list_)
_erase.command("carry-out")(erase_carry_out.carry_out)
_erase.command("resume")(erase_carry_out.resume)
_erase.command("redact")(erase_redact.redact)
_erase.command("unblock")(erase_redact.unblock)
app.command("verify")(verify.verify)
app.command("rebuild")(rebuild.rebuild)
_witness = _tree(
    "Cosign the logs of partners, and have them cosign this one.", no_args_is_help=True
)
app.add_typer(_witness, name="witness")
_witness.command("request")(witness.request)
_witness.command("add")(witness.add)
_witness.command("status")(witness.status)
_witness.command("policy")(witness.tlog_policy)
_witness.command("init")(witness_serve.init)
_witness.command("trust")(witness_serve.trust)
_witness.command("answer")(witness_serve.answer)
_witness.command("serve")(witness_serve.serve)
_witness.command("list")(witness_serve.list_)
_timestamp = _tree("Have others attest when the log existed.", no_args_is_help=True)
app.add_typer(_timestamp, name="timestamp")
_timestamp.command("request")(timestamp.request)
_timestamp.command("add")(timestamp.add)
_timestamp.command("verify")(timestamp.verify)
_keys = _tree("Who can open the archive's keys, and who could recover them.", no_args_is_help=True)
app.add_typer(_keys, name="keys")
_keys.command("protect")(keys.protect)
_custodians = _tree(
    "People who can recover the keys alone, each with an age identity.", cls=ListByDefault
)
_keys.add_typer(_custodians, name="custodians")
_custodians.command("add")(keys.add_custodian)
_custodians.command("list")(keys.list_custodians)
_custodians.command("remove")(keys.remove_custodian)
_keys.command("shares")(keys_recover.shares)
_keys.command("rehearse")(keys_recover.rehearse)
_keys.command("recover")(keys_recover.recover)
_keys.command("rotate")(keys.rotate)
_keys.command("hand-over")(keys_hand_over.hand_over)
_keys.command("refresh")(keys.refresh)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("mirror")(mirror.mirror)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
