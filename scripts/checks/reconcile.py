#!/usr/bin/env python3
"""Compares what hosts were answered with what headquarters has, by means of its own.

  reconcile.py HQ_DATABASE HQ_URL ANSWERS STATUS...

HQ_DATABASE  the receiver's SQLite file, read only and without any code of Trayline's
HQ_URL       its address, for what it says of itself (/v1/reconcile)
ANSWERS      one JSON object a line: every range of sequence numbers that a host was answered
STATUS       for each terminal the output of `trayline status --json`

Three things must hold, and each difference is printed:
  1. every (terminal, epoch, sequence) named in an answer to a host is at headquarters once
  2. per terminal, sequence numbers assigned = events at headquarters + void + quarantined
  3. events at headquarters = those in journeys + those outside any
"""
import json
import sqlite3
import sys
import urllib.request
from collections import defaultdict


def read_hq(path):
    """(terminal, epoch) -> (set of sequences, rows, void positions, quarantined positions)"""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    names = {
        row[0]: "/".join(row[1:])
        for row in db.execute("SELECT id, tenant, store, terminal FROM terminal")
    }
    held = defaultdict(set)
    rows = defaultdict(int)
    for terminal, epoch, sequence in db.execute("SELECT terminal_id, epoch, sequence FROM event"):
        held[names[terminal], epoch].add(sequence)
        rows[names[terminal], epoch] += 1
    lost = defaultdict(int)
    for table in ("void_run", "quarantine"):
        for terminal, epoch, count in db.execute(
            f"SELECT terminal_id, epoch, sum(count) FROM {table} GROUP BY 1, 2"
        ):
            lost[names[terminal], epoch] += count
    return held, rows, lost


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    database, url, answers, *statuses = sys.argv[1:]
    held, rows, lost = read_hq(database)
    differences = 0

    named = missing = 0
    with open(answers) as lines:
        for line in lines:
            a = json.loads(line)
            have = held[a["terminal"], a["epoch"]]
            for sequence in range(a["first"], a["last"] + 1):
                named += 1
                missing += sequence not in have
    doubled = sum(rows[key] - len(held[key]) for key in rows)
    differences += missing + doubled
    print(f"  {named:>9,} events named in answers to hosts")
    print(f"  {named - missing:>9,} of them at headquarters, {missing} missing, {doubled} doubled")

    print("  terminal            assigned        at HQ   void and quarantined   difference")
    for name in statuses:
        status = json.load(open(name))
        key = status["terminal"], status["journal"]["epoch"]
        assigned = status["journal"]["last"]
        difference = assigned - rows[key] - lost[key]
        differences += abs(difference)
        print(
            f"  {key[0]:<16} {assigned:>11,}  {rows[key]:>11,}   {lost[key]:>20,}   {difference:>10,}"
        )

    with urllib.request.urlopen(f"{url}/v1/reconcile", timeout=30) as answer:
        said = json.load(answer)
    epochs = [epoch for terminal in said["terminals"] for epoch in terminal["epochs"]]
    total = {
        name: sum(epoch[name] for epoch in epochs)
        for name in ("received", "in_journeys", "outside_journeys", "waiting")
    }
    folded = total["in_journeys"] + total["outside_journeys"]
    own = abs(sum(rows.values()) - total["received"]) + abs(total["received"] - folded)
    differences += own + said["difference"]
    print(
        f"  {total['received']:>9,} events at headquarters = {total['in_journeys']:,} in journeys "
        f"+ {total['outside_journeys']:,} outside any, difference {own}"
    )
    print(f"  headquarters says of itself: difference {said['difference']}")
    print(f"Reconciliation: {'no difference' if differences == 0 else f'DIFFERENCE {differences}'}")
    sys.exit(0 if differences == 0 else 1)


if __name__ == "__main__":
    main()
