"""What is imported into an archive of the corpus, and the files that it holds. All invented."""

from __future__ import annotations

STATEMENT = (
    "Ayla Example said on 3 May 2018 that she was held in Northfield camp from 2017 to 2018.\n"
    "She saw Baran Sample there. 例子 says قايتا, and the camp held about 1,200 people.\n"
)
LETTER = "Ruritania and Borduria signed. 22 states, says the letter; a colleague said 23.\n"
WITHDRAWN = "Cem Withdrawn hid behind the bakery of Southmill, says his neighbour.\n"
ROWS = "name,year\nAyla Example,1980\nBaran Sample,1975\nنامۇنە,1990\n"
PAGE = "<!doctype html><title>Notice</title><p>Tender for Northfield camp, 40 buildings.</p>\n"

IMPORT = {
    "exhibits.csv": """\
id,file,title,received_from,received_on,handling
x-statement,statement.txt,A statement,A courier,2019-11,public
x-letter,letter.txt,A letter,,2019-12~,public
x-withdrawn,withdrawn.txt,A neighbour's words,A neighbour,2020,team
""",
    "sources.csv": """\
id,kind,code,name,about,interests,repeats,handling
s-news,publication,example-news,Example News,A newspaper,funding: a foundation,,public
s-again,publication,example-again,Example Again,Copies the other,,s-news,public
s-ayla,person,ayla,Ayla Example,,,,public
s-office,government,office,The Office,,party: denies all of it,,public
s-witness,witness,w-1,,,,,restricted
s-cem,person,cem,Cem Withdrawn,,,,team
s-false,publication,false-daily,False Daily,,,,public
""",
    "mentions.csv": """\
id,kind,caption,language,script,same_as,reason,handling,of
m-ayla,person,Ayla Example,,,,,public,
m-ayla2,person,Aila Exampel,,,m-ayla,One woman in both,public,
m-baran,person,Baran Sample,,,,,public,
m-baran2,person,Baran Sampel,,,,,public,
m-cem,person,Cem Withdrawn,,,,,team,
m-camp,facility,Northfield camp,,,,,public,
m-camp2,facility,Camp at Northfield,,,,,public,
m-town,place,Northfield,,,,,public,
m-office,organisation,The Office,,,,,public,
m-rur,country,Ruritania,,,,,public,
m-bor,country,Borduria,,,,,public,
m-letter,document,The letter,,,,,public,
m-event,event,The signing,,,,,public,
m-stay,detention,Ayla Example in Northfield camp,,,,,public,m-ayla
m-stay2,detention,Aila Exampel in the camp,,,m-stay,One stay of one woman,public,m-ayla2
m-view,observation,Northfield camp in May 2018,,,,,public,m-camp
""",
    "claims.csv": """\
id,subject,property,value,as_written,language,stance,holds,source,basis,how,said,where,through,\
exhibit,quote,note,handling
c-name,m-ayla,name,Ayla Example,,,,,s-ayla,experienced,,2018-05-03,Northfield,s-news,x-statement,\
Ayla Example said,,public
c-name2,m-ayla2,name,Aila Exampel,,,,,s-again,press-report,,,,,,,,public
c-held,m-ayla,detained,2017/2018,from 2017 to 2018,en,,,s-ayla,experienced,,2018-05-03,,s-news,\
x-statement,held in Northfield camp ¶ from 2017 to 2018,,public
c-in,m-ayla,detained_in,m-camp,,,,2017/2018,s-ayla,experienced,,,,s-news,x-statement,\
Northfield camp,,public
c-baran,m-baran,name,Baran Sample,,,,,s-ayla,saw,,,,,x-statement,She saw Baran Sample,,public
c-baran2,m-baran2,name,Baran Sampel,,,,,s-again,press-report,,,,,,,,public
c-baranheld,m-baran,detained,2018~,,,,,s-ayla,saw,,,,,,,,public
c-baran2held,m-baran2,detained,2018,,,,,s-again,press-report,,,,,,,,public
c-born,m-ayla,birth_date,1980,,,,,s-witness,heard,,,,,,,,team
c-id,m-ayla,identity_number,XX-000-1,,,,,s-witness,document,,,,,,,,sealed
c-faith,m-ayla,religion,?withheld,,,,,s-witness,heard,,,,,,,,team
c-camp,m-camp,name,Northfield camp,,,,,s-news,press-report,,,,,x-statement,Northfield camp,,public
c-at,m-camp,location,"37.5,80.5 county",,,,,s-news,imagery,,,,,,,,public
c-in-town,m-camp,located_in,m-town,,,,,s-news,imagery,,,,,,,,public
c-size,m-camp,people_held,~1200,"about 1,200 people",en,,2018,s-news,estimate,by beds,,,,\
x-statement,"about 1,200 people",,public
c-size2,m-camp,people_held,1000-3000,,,,2018,s-again,estimate,,,,,,,,public
c-denied,m-camp,exists,no,,,denies,,s-office,official-statement,,2019,,,,,,public
c-rur,m-rur,un_position,support,,,,2019-07,s-news,document,,,,,x-letter,Ruritania,,public
c-bor,m-bor,un_position,support,,,,2019-07,s-false,document,,,,,,,,public
c-signed,m-letter,signatories,22,22 states,en,,,s-news,document,,,,,x-letter,22 states,,public
c-signed2,m-letter,signatories,23,,,,,s-again,heard,,,,,,,,public
c-stay,m-stay,held_from,2017,,,,,s-ayla,experienced,,,,,,,,public
c-stayin,m-stay2,detained_in,m-camp,,,,,s-again,press-report,,,,,,,,public
c-outline,m-view,outline,"37.5,80.5 37.5,80.51 37.51,80.51",,,,,s-news,imagery,,,,,,,,public
c-cost,m-camp,cost,1000-2000 CNY,,,,,s-news,document,,,,,,,,public
c-when,m-event,date,2019-07-XX,,,,,s-news,document,,,,,,,,public
c-cem,m-cem,name,Cem Withdrawn,,,,,s-cem,heard,,,,,x-withdrawn,Cem Withdrawn,,team
c-cem-hid,m-cem,description,hid behind the bakery,,en,,,s-cem,heard,,,,,x-withdrawn,\
hid behind the bakery,,restricted
c-wrong,m-town,population,999,,,,,s-news,estimate,,,,,,,,public
""",
    "judgements.csv": """\
left,right,verdict,reason,handling
m-camp,m-camp2,same,One camp,public
m-rur,m-bor,different,Two states,public
""",
    "groupings.csv": """\
episode,claims,reason,handling
m-stay,c-held c-in,Both tell of the one stay in Northfield,public
""",
    "assessments.csv": """\
target,scheme,grade,reason,handling
s-again,reliability,D,It copies,public
c-size,credibility,3,Counted by beds,public
""",
    "consents.csv": """\
subject,basis,audience,scope,purposes,expires,at_risk,reason,handling
m-ayla,public-statement,public,name and statement,documentation publication,,,Spoke in public,public
m-ayla2,published-record,public,,,,,,public
s-ayla,public-statement,public,,,,,Spoke in public,public
m-baran,published-record,public,,,,,,public
m-baran2,published-record,public,,,,,,public
m-cem,given,team,,documentation,2099-12-31,a brother,By letter,team
""",
    "definitions/1.yaml": """\
key: states
title: States in support
question: How many states stood behind the letter?
kind: counted
handling: public
counts: country
unit: states
rules:
  - {rule: has-claim, property: un_position, code: support, holds: {within: 2019-07}}
""",
    "definitions/2.yaml": """\
key: held
title: People of whom a detention is told
kind: counted
handling: public
counts: person
unit: persons
undecided-from: 0.02
rules:
  - {rule: has-claim, property: [detained, detained_in]}
""",
    "definitions/3.yaml": """\
key: sizes
title: How many were held, as reported
kind: reported
handling: public
reports: [people_held]
view: plot
draw: {along: holds}
rules:
  - {rule: value, known: yes}
""",
    "definitions/4.yaml": """\
key: faiths
title: People of whom a faith is told
kind: counted
handling: team
counts: person
unit: persons
rules:
  - {rule: has-claim, property: religion}
""",
}
SECOND_IMPORT = {
    "sources.csv": "id,kind,code,name,handling\ns-list,document,a-list,A bad list,public\n",
    "mentions.csv": "id,kind,caption,handling\nm-sylvania,country,Sylvania,public\n",
    "claims.csv": "id,subject,property,value,holds,source,handling\n"
    "c-sylvania,m-sylvania,un_position,support,2019-07,s-list,public\n",
}
SECOND_DEFINITION = """\
key: states
title: States in support, as of July 2019
question: How many states certainly stood behind the letter?
kind: counted
handling: public
counts: country
unit: states
rules:
  - {rule: has-claim, property: un_position, code: support, holds: {within: 2019-07}}
"""
