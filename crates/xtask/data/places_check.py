"""Compares what became of the old wards with what a second package says, and writes the page about places.

Use: python3 places_check.py WHEEL OLD_PLACES OUTPUT
WHEEL is that of vietnam-provinces, whose licence (GPL-3.0-or-later) keeps it out of the product: it is only looked at
here, and nothing of it is written but counts and the codes of the wards on which the two differ.
"""

import pathlib
import re
import runpy
import sys
import tempfile
import zipfile

TABLE = "vietnam_provinces/_ward_conversion_2025.py"


def theirs(wheel: pathlib.Path) -> dict[str, set[str]]:
    """The table alone is run: the package itself wants a newer Python than ours."""
    with zipfile.ZipFile(wheel) as files, tempfile.TemporaryDirectory() as folder:
        table = runpy.run_path(files.extract(TABLE, folder))["OLD_TO_NEW"]
    return {f"{code:05}": {f"{ward.code:05}" for ward in entry.new_wards} for code, entry in table.items()}


def ours(places: pathlib.Path) -> tuple[dict[str, set[str]], dict[str, str]]:
    became, names = {}, {}
    for line in places.read_text(encoding="utf-8").splitlines():
        columns = line.split("\t")
        if len(columns[0]) == 5 and columns[0].isdigit():
            became[columns[0]] = set(columns[2].split(" "))
            names[columns[0]] = columns[1]
    return became, names


def version(wheel: pathlib.Path) -> str:
    return re.match(r"vietnam_provinces-([^-]+)-", wheel.name).group(1)


def main() -> None:
    wheel, places, output = map(pathlib.Path, sys.argv[1:])
    (our, names), their = ours(places), theirs(wheel)
    compared = sorted(our.keys() & their.keys())
    differing = [code for code in compared if our[code] != their[code]]
    contradicting = [code for code in differing if not our[code] & their[code]]
    split = [code for code in our if len(our[code]) > 1]
    alone = sorted(our.keys() - their.keys())
    lines = "\n".join(
        f"| `{code}` | {names[code]} | {' '.join(sorted(our[code]))} | {' '.join(sorted(their[code]))} |"
        for code in differing
    )
    output.write_text(
        f"""\
# Places of both eras

Since 1 July 2025 Vietnam has 34 provinces and 3,321 wards, communes and special zones (Decision 19/2025/QD-TTg). Before,
there were 63 provinces, 696 districts and {len(our):,} wards, communes and townships; five districts, all islands, had none.
An address is taken in either era and kept as typed; of an old one we also keep where it is today.

The units of both eras, and what became of the old ones, come from the Python package `vietnamadminunits` (MIT; notice in
`crates/core/NOTICE`) and are embedded. `cargo xtask gen places old-places` makes the files anew from the network. The
package joins some old wards by name and so mixes up namesakes that came into one province (`Phường 4` of Tây Ninh and of
Tân An); `crates/xtask/data/places.py` mends that from the package's own data.

- All but {len(split)} old wards lie whole in one ward of today.
- {len(split)} were split among several: the person chooses, and the likeliest comes first.

## Compared with a second source

`cargo xtask gen places-check` compares the {len(our):,} old wards with the table of the statistics office in
`vietnam-provinces` {version(wheel)} and writes this page. That package is under the GPL and only looked at for this; nothing of it is shipped.

| | old wards |
| --- | --- |
| compared | {len(compared):,} |
| the same wards of today | {len(compared) - len(differing):,} |
| differing in some part | {len(differing):,} |
| without any ward of today in common | {len(contradicting):,} |
| only in ours | {len(alone):,}{f" ({', '.join(f'`{code}`' for code in alone)})" if 0 < len(alone) <= 10 else ""} |
| only in theirs | {len(their.keys() - our.keys()):,} |

The old wards on which the two differ, with the codes of the wards of today. Where theirs has more, a small part moved that
ours does not know; where ours has more, a person sees one choice too many:

| Old ward | Name | Ours | Theirs |
| --- | --- | --- | --- |
{lines}
""",
        encoding="utf-8",
    )


main()
