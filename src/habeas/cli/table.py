"""The table of commands: all that can be typed, in the order in which a newcomer meets it.

A line has three columns, two or more spaces apart: what is typed; the module in
``habeas.cli.commands`` and its function (of a group: the command that is meant where none is named,
or ``-``); and the line that lists of commands show. Of a command that is the first line of the
function's docstring, which a test compares. Nothing is imported for a line: ``app`` imports the
module when its command is run, or asked for its own ``--help``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TABLE = """
init                    init:init                  Make an archive. Asks for a passphrase.
people                  list                       The pseudonymous keys of those who take decisions.
people add              people:add                 Make a key for a person.
people list             people:list_               List the keys, who signed for them, and which of them are on this machine.
people retire           people:retire              End a person's keys: they can no longer sign. What they signed stays good.
people renew            people_keys:renew          Make a further key for yourself, signed by the one that you have.
people request          people_keys:request        Ask for a new key for someone who lost theirs; makes it, under a passphrase.
people recover          people_keys:recover        Grant a new key to someone who lost theirs, as another person asked.
policy                  list                       How long trust takes, and who changes that.
policy list             policy:list_               Show the current policy, what is asked for, and when it can be approved.
policy adopt            policy:adopt               Record a policy in an archive that has none yet. Its rules bind from then on.
policy propose          policy:propose             Ask for another policy. It waits for the time that the current policy requires.
policy approve          policy:approve             Approve the policy that another person asked for.
policy gate             policy_gate:gate           Show or set what is asked before lists and pictures are public.
compartments            list                       The cases that things are in; access is given by case.
compartments add        compartments:add           Make a compartment.
compartments list       compartments:list_         List the compartments.
regions                 list                       The parts of the world whose names, places and codes are known here.
regions list            regions:list_              List the regions of the archive, and the others that there are.
regions add             regions:add                Give the archive further regions, or a newer version of one that it has.
regions check           regions:check              Check the folder of a region, and show what it holds. Needs no archive.
add                     add:add                    Seal files as exhibits, then read what waits to be read.
reading                 -                          What became of every file that was sealed.
reading status          reading:status             Count the files by how their reading ended. Each is in exactly one state.
reading work            reading:work               Read what waits to be read.
reading retry           reading:retry              Read again what failed or was refused, with all files inside it.
reading report          reading:report             List the files with their state and its reason; without --state those not read whole.
search                  search:search              Find the passages of the texts in which words appear.
cite                    cite:cite                  Cite a place in an exhibit: words of its text, or a place that is not words.
transcript              -                          Transcripts and translations of recordings.
transcript add          transcript:add             Record who transcribed or translated a recording.
transcript list         transcript:list_           List the transcripts of a recording, with who made them and in which language.
import                  import_:import_            Import a folder of CSV files or a case table, whole or not at all.
accept                  accept:accept              Accept a list, so that its rows count in public; without one, list what waits.
pictures                list                       What pictures show, and which are the same picture.
pictures list           pictures:list_             List whom pictures are said to show, what people found, and what is the same picture.
pictures compare        pictures:compare           Find pictures of this archive that are the same, here or in a reference set.
pictures reference      pictures:reference         Register pictures that are known elsewhere, so that they are found under another name.
pictures confirm        pictures:confirm           Say whether a picture shows whom a claim says, and how that was established.
figure                  list                       Numbers with their recipe: counted, reported, estimated.
figure list             figure:list_               List the current figures, each with its kind and value.
figure show             figure:show                Show a figure, its rules and its weak points.
figure compare          figure_compare:compare     Count a figure otherwise: without a source, with more origins, without vague dates.
figure diff             figure_compare:diff        Compare a figure at two ledger sizes: who came, who left, and by which entries.
figure holdings         figure_holdings:holdings   Count what the archive holds: records by kind, exhibits, sources, claims reviewed and not.
figure estimate         figure:estimate            Compute an estimated figure.
figure add              figure_define:add          Record a definition in the ledger.
figure check            figure_define:check        Check a definition without recording it.
estimate                estimate:estimate          Estimate how many were never documented.
link                    -                          The same person or place under many spellings.
link run                link:run                   Propose pairs of records that may be one.
link next               link_judge:next_           Show the next pair to judge, side by side.
link judge              link_judge:judge           Record whether two records are the same.
link undo               link_judge:undo            Take back a judgement: both records are again what they were, and are asked again.
link report             link:report                How many pairs are open, decided and contradicted, and how far reviewers agree.
link policy             link:policy                Show or set how pairs are decided.
detentions              detentions:detentions      Show a person's detentions in time, and what is last known.
accounts                accounts:accounts          Show what one source says on different dates, side by side, with what officials say.
group                   group:group                Group claims about a person into one detention of theirs.
why                     why:why                    Show how something is known, down to sealed bytes.
prove                   prove:prove                Write the proof of one entry as files.
custody                 custody:custody            Print the chain of custody of an exhibit, or add to it.
bundle                  make                       Hand evidence over so that others can check it.
bundle make             bundle:make                Write a bundle that an expert can check without us.
bundle verify           bundle:verify              Check a bundle with this program's own code.
export                  export:export              Write claims, records, sources or observations as tables.
keys                    -                          Who can open the archive's keys, and who could recover them.
keys protect            keys:protect               Set or change a passphrase.
keys shares             keys_recover:shares        Make N shares on paper of which any M recover the keys (SLIP-39).
keys rehearse           keys_recover:rehearse      Prove that recovery works, changing nothing.
keys recover            keys_recover:recover       Give an archive its keys back, under a new passphrase.
keys rotate             keys:rotate                Begin a new epoch of the keys that open objects and backups.
keys hand-over          keys_hand_over:hand_over   Give the archive new keys that sign its entries and checkpoints.
keys refresh            keys:refresh               Seal the recovery copy again, as the keys are now.
keys custodians         list                       People who can recover the keys alone, each with an age identity.
keys custodians add     keys:add_custodian         Let someone recover the archive's keys alone, with an age identity of theirs.
keys custodians list    keys:list_custodians       List who can recover the keys. Asks for no passphrase.
keys custodians remove  keys:remove_custodian      Stop sealing the recovery copy for someone.
backup                  backup:backup              Write a backup, also while others use the archive.
restore                 restore:restore            Restore a backup and verify it.
mirror                  mirror:mirror              Bring a partner's mirror up to date: the log, sealed objects and public keys.
consent                 -                          What people agreed to.
consent withdraw        consent:withdraw           Record that a person withdraws their consent: from now on nothing of theirs is public.
hold                    list                       Legal holds: what must not be erased while they last.
hold set                consent:set_hold           Place a legal hold: while it lasts the exhibit, and what rests on it, is not erased.
hold lift               consent:lift_hold          Lift the legal holds on an exhibit. A person signs it.
hold list               consent:list_holds         List the current legal holds.
erase                   list                       Destroy what a person withdraws: two people sign for it.
erase request           erase:request              Ask for an erasure: shows exactly what would go, and signs that list.
erase approve           erase:approve              Approve another person's request. Shows first what would go, and how old both keys are.
erase list              erase:list_                List the requests and how far each has come.
erase carry-out         erase_carry_out:carry_out  Erase what a request lists, once another person has approved it.
erase resume            erase_carry_out:resume     Finish an erasure that was interrupted; --backup puts the new backup elsewhere.
erase redact            erase_redact:redact        Make a new exhibit: the text of this one with places left out. Signed.
erase unblock           erase_redact:unblock       Show an exhibit again that a withdrawal blocked. Signed.
retract                 retract:retract            Take back a claim, a list, a source, a judgement, a grouping, a transcript or an acceptance.
verify                  verify:verify              Check every byte, signature and quote again.
rebuild                 rebuild:rebuild            Make the derived tables again from the ledger.
witness                 -                          Cosign the logs of partners, and have them cosign this one.
witness request         witness:request            Ask partners to cosign the log.
witness add             witness:add                Add cosignatures that came back by file.
witness status          witness:status             Show who cosigned the log, and what partners need to know of it.
witness policy          witness:tlog_policy        Print the trust policy in the format that other programs read (C2SP tlog-policy).
witness init            witness_serve:init         Make a witness's keys and folder.
witness trust           witness_serve:trust        Answer a partner's log from now on.
witness answer          witness_serve:answer       Answer one request that came by file.
witness serve           witness_serve:serve        Answer requests over HTTP.
witness list            witness_serve:list_        List the logs that a witness answers, and how far it cosigned them.
timestamp               -                          Have others attest when the log existed.
timestamp request       timestamp:request          Ask for a timestamp over the whole log.
timestamp add           timestamp:add              Verify a timestamp that came back by file, and log it.
timestamp verify        timestamp:verify           Verify every logged timestamp again, offline.
serve                   serve:serve                Serve the pages to one browser on this machine.
demo                    demo:demo                  Load the demonstration archive and serve it.
doctor                  doctor:doctor              Show who could recover the archive, and who could read it.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; without a module it is a group."""

    words: tuple[str, ...]
    module: str
    function: str
    line: str

    @property
    def otherwise(self) -> str:
        """Of a group: the command that is meant where none is named; ``''`` for none."""
        return "" if self.module or self.function == "-" else self.function


def _row(text: str) -> Row:
    words, place, line = re.split(r" {2,}", text, maxsplit=2)
    module, _, function = place.rpartition(":")
    return Row(tuple(words.split()), module, function, line)


ROWS = tuple(map(_row, _TABLE.strip().splitlines()))
