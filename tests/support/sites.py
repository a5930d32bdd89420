"""A facility that three teams list, two analysts grade and one newspaper tells of; all invented.

``write`` makes a folder for the ordinary import; ``INVENTORIES`` is the figure that compares them.
"""

from __future__ import annotations

from pathlib import Path

SMALL = "37.100001,79.9 37.100001,79.902 37.102001,79.902 37.102001,79.9"
LARGE = "37.100001,79.9 37.100001,79.904 37.104001,79.904 37.104001,79.9"
#: As ``LARGE``, by somebody who draws a wall further out.
WIDER = "37.100001,79.8999 37.100001,79.9041 37.104101,79.9041 37.104101,79.8999"

SOURCES = """\
id,kind,code,name,handling
north,organisation,north,Institute North,public
south,organisation,south,Institute South,public
news,publication,news,The Example,public
state,government,state,Ministry of Examples,public
quiet,witness,w-1,,team
"""
MENTIONS = """\
id,kind,caption,language,of,handling
county,place,Example county,en,,public
camp,facility,Example training centre,en,,public
other,facility,Another centre,en,,public
first,observation,Picture of May 2016,en,camp,public
second,observation,Picture of July 2018 (North),en,camp,public
again,observation,Picture of July 2018 (South),en,camp,public
vague,observation,An undated picture of 2020,en,camp,public
ana,person,Ana Example,en,,public
bea,person,Bea Example,en,,team
stay,detention,Ana Example in the centre,en,ana,public
"""
CLAIMS = f"""\
id,subject,property,value,as_written,language,stance,source,said,handling
n1,camp,other_name,مىسال تەربىيەلەش مەركىزى,,ug,,north,2018,public
n2,camp,other_name,示例职业技能教育培训中心,,zh,,south,2018,public
n3,camp,other_name,Пример оқыту орталығы,,kk,,south,2018,public
p1,camp,located_in,county,,,,north,2018,public
p2,camp,location,"37.101,79.901 site",,,,north,2018,public
p3,camp,location,"37.1,79.9 county",,,,news,2018,public
u1,camp,converted_from,a secondary school,,en,,north,2018,public
u2,camp,converted_from,a farm,,en,,south,2018,public
g1,camp,area_growth,269 percent,,,,news,2018,public
a1,first,observed,2016-05-01,,,,north,2018,public
a2,first,provider,Example Imaging,,en,,north,2018,public
a3,first,platform,Example-2,,en,,north,2018,public
a4,first,scene_id,EX2-20160501-01,,,,north,2018,public
a5,first,resolution,50 centimetres,,,,north,2018,public
a6,first,cloud_cover,10 percent,,,,north,2018,public
a7,first,analyst,NA-1,,en,,north,2018,team
a8,first,criteria,"Criteria 1, November 2026",,en,,north,2018,public
a9,first,features,outer-wall,,,,north,2018,public
a10,first,features,watchtower,,,denies,north,2018,public
a11,first,outline,"{SMALL}",,,,north,2018,public
a12,first,tier,tier-1,,,,north,2018,public
b1,second,observed,2018-07-01,,,,north,2018,public
b2,second,resolution,30 centimetres,,,,north,2018,public
b3,second,criteria,"Criteria 1, November 2026",,en,,north,2018,public
b4,second,features,outer-wall,,,,north,2018,public
b5,second,features,watchtower,,,,north,2018,public
b6,second,outline,"{LARGE}",,,,north,2018,public
b7,second,tier,tier-3,,,,north,2018,public
c1,again,observed,2018-07-01,,,,south,2019,public
c2,again,corner_error,100 centimetres,,,,south,2019,public
c3,again,criteria,"Criteria 1, November 2026",,en,,south,2019,public
c4,again,outline,"{WIDER}",,,,south,2019,public
c5,again,tier,tier-2,,,,south,2019,public
d1,vague,observed,2020,,,,south,2021,public
d2,vague,tier,tier-4,,,,south,2021,public
d3,vague,criteria,Scheme of Institute South of 2021,,en,,south,2021,public
d4,vague,tier,undecided,,,,north,2021,public
h1,ana,detained_in,camp,,,,news,2019,public
h2,stay,detained_in,camp,,,,news,2019,public
h3,bea,detained_in,camp,,,,quiet,2020,team
h4,bea,detained_in,camp,,,denies,state,2020,public
o1,other,located_in,county,,,,south,2018,public
s1,camp,facility_type,vocational-center,,,,state,2019,public
"""
CONSENTS = """\
subject,basis,scope,purposes,audience,reason
ana,public-statement,her public statement,publication,public,She spoke in public.
"""
INVENTORIES = """\
key: listed
title: Sites by who lists them
kind: counted
counts: facility
unit: facilities
rules:
  - {rule: has-claim, property: located_in, value: {known: yes}}
inventories:
  - {name: List North, sources: north, includes: What the institute sees}
  - {name: List South, sources: south, includes: What the institute sees}
  - {name: Nobody's list, sources: quiet-list, includes: Nothing}
"""


def write(folder: Path) -> Path:
    """The folder, filled."""
    folder.mkdir(exist_ok=True)
    sources = SOURCES + "quiet-list,organisation,quiet-list,Institute West,public\n"
    for name, text in {
        "sources": sources, "mentions": MENTIONS, "claims": CLAIMS, "consents": CONSENTS,
    }.items():  # fmt: skip
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
