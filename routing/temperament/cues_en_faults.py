"""English signs of fault-finding; the lexicon feeds the counter of distinct faults."""

from routing.temperament.values import HINT, MIDDLING, WEAK, Cue

CUES = (
    Cue(
        name="generalises",
        label="fault_finding",
        weight=WEAK,
        phrases="""
        as usual|always|ever|expected|predicted|feared; per|the usual; typical*; figures $;
        yet|once again; again of course; every single? time|visit|order|year|week|delivery;
        never once|right|quite|fails|ceases; nothing is|ever|works|fits|you|about;
        always something|one|the; what did|else i|did|would; same old; surprise surprise; par for;
        no surprise*; expected no|nothing|better|as; might|should have known; why am i; story of;
        like|as last time; one after another; true to form; here we go; goes on;
        list goes|grows|continues; where do i start|begin; where to start|begin;
        how hard|difficult can|is|would; is it too|so much|hard|difficult; standards; consistently;
        for once; still not|isnt|arent|doesnt|cant|wrong|manage
        """,
    ),
    Cue(
        name="mocks",
        label="fault_finding",
        weight=WEAK,
        phrases="""
        another masterpiece|triumph|gem|classic; masterpiece;
        who designed|thought|approved|chose|picked|signed|tested|sat|decided|came|writes|wrote|drew|
        made|let|hung|measured _;
        did|does|has anyone|anybody|nobody|someone|he|she|they even|ever|actually|look|taste|tasted|
        check|measure|read|met|test|try|proof*; is that|this|it supposed|meant; so called;
        i suppose|assume|presume|gather its|that|thats|the|it|you|this; who sat down;
        of all colours|colors|things|days|places|words|shades; too on time;
        congratulations on the|managing|your|a|being; my compliments; bravo; well done on|to|for;
        how on earth; what kind|sort of; in|from another|the|which decade|century|last;
        by whom|candlelight;
        whoever chose|designed|did|packed|wrote|picked|hung|thought|drew|printed;
        has|have he|she|it|they|your|anyone _ met|heard|seen|tried|tasted;
        if you|one can|could call|read|find; fit for a; belongs in;
        looks like it|a|someone|something|he; sounds like
        """,
    ),
    Cue(
        name="adds_another",
        label="fault_finding",
        weight=WEAK,
        phrases="""
        not to mention; and another|one more|another thing|point|one; while im|i|we|were at|on|here;
        to top|cap|crown it|all|everything;
        now the|its|it _ is|has|beeps|wont|smells|looks|comes|makes|does|doesnt; and now its|the|it;
        before that it|as|the; first it|the|they __ now|then; then it|there is|was|the;
        even|moreover|besides the; dont get me started; as for the|your|his|their; let alone;
        also the|your|its|it|why|could; and why|the|your is|does|do|are|was;
        now youve|you|that _ fixed|changed|replaced|but;
        fixed|mended|replaced|changed|sorted|new|repaired __ but|now|and|though;
        better|nice|good|lovely|works|clean|pretty but; fine but|apart|except|if;
        except|apart|aside for|from|that; shame|pity about|that|the|its|it; if only;
        could at|have|do|use; could be _ er; would it kill|hurt;
        may|might|dare|must i|one _ observe|point|mention|add|note|remark|say;
        i note|notice|noticed|observe|counted|count that|the|a|your|how|three|four|two;
        a|one|another small|tiny|minor|little|further point|matter|thing|detail|observation|note|
        niggle|quibble; nitpick*; picky; fussy; pedant*
        """,
    ),
    Cue(
        name="rejects_every_option",
        label="fault_finding",
        weight=MIDDLING,
        phrases="""
        none of them|these|the|those|your; neither is|of|was|one|fits|will;
        is there a|anything|another fourth|fifth|else|other; one _ another __ third|other|last;
        first one? is|was|has|had|too|smells|looks __ second|other|next;
        second is|was|has|had __ third|this|last|other;
        third|fourth|fifth hotel|room|one|pair|table|tutor|sample|attempt|flat|house|colour you|
        youve|and|today;
        one is|was|has|says|blinks|looks|smells|too|smelt|wore|talks|talked __ other|third|another|
        next|second|one; too|all _ too; either too;
        got|have you anything|something|nothing else|other|that; anything else ?;
        nothing in between; tried _ all|three|four|five|every; no good either; wont do either;
        the other one|two? is|was|has|looks|smells
        """,
    ),
    Cue(
        name="fault_hint",
        label="fault_finding",
        weight=HINT,
        phrases="""
        complain*; disappoint*; unacceptable; sloppy; shoddy; poor; ridiculous; amateur*; careless*;
        niggl*; quibbl*; hardly; barely; not quite; almost; flaw*; fault*; imperfect*; criticis*;
        improvement
        """,
    ),
)

TASTE = """
crooked; wonky; lopsided; skew*; slant*; uneven*; off centre|center; offcentre; misalign*; askew;
tilts; tilted; leans; leaning; smudg*; fade|fades|faded|fading; dull; dust; dusty; grubby; sticky;
greasy; crease*; crumpl*; wrinkl*; fray*; squeak*; creak*; groan*; rattl*; hums|hum; buzz*;
clicks|clicky|clicking; wobbl*; drafty; draughty; musty; smell*; smelt; stink*; reek*; whiff*;
lukewarm; tepid; soggy; mushy; bland; tasteless; salty; oversalt*; bitter; sour; chewy; rubbery;
watery; stale; stodgy; flimsy; tacky; garish; gaudy; ugly; hideous; drab; beige; turquoise; salmon;
maroon; gloomy; dim; dark|darker; glare; glaring; blinding; loud; noisy; tinny; muffl*; crackl*;
chirp*; shrill; monoton*; mumbl*; font; typeface; comic sans; typo; typos; misspel*; misprint*;
comma*; apostrophe*; blurr*; grain*; pixel*; outdated; dated; ancient; oldfashioned; cramped; poky;
narrow; stiff; scratchy; itchy; rough; slippery; lumpy; saggy; baggy; tight; tartan; fake; cheap;
cheaplooking; gimmick*; childish; cheesy; corny; cliche*; boring; dreary; tedious; rambl*;
repetitive; patronising; smug; gloating; yawn*; sniff*; blink*; sigh*; whisper*; winks|winked;
chews|chewing; thumbprint; fingerprint*; lipstick; crumbs; lint; fluff; cobweb*; stain*; smear*;
streak*; drip|drips|dripping|drippy; upside down; back to front; whistl*; drip*; humm*; click*;
clank*; clunk*; thud*; ticks|ticking; noise; noises; quack*; wander*; shiny; matt; gloss*;
lower case; lowercase; uppercase; faces|facing a|the _ wall|bins|car|road|kitchen; draught*; higher;
sits higher|lower; to the left|right; doesnt match|suit|go|belong; clash*; illegible; breath;
perfume; aftershave; slouch*; mutter*; humid; stuffy; airless; bumpy; puddle*; weeds; nettles; ants;
wasps; echo*; squint; froth*; foam*; lumps; skin on; fatty; overdone; underdone; undersalted;
flavourless; watered; perfumed; soapy; chlorine; creased; dog eared; bent corner*; thumb*;
inside out; not quite|exactly|straight; a shade|touch|fraction|tad; slightly; somewhat; bit too;
minutes behind|fast|slow|early|late; parallel; symmetr*; alphabetical; out of tune; flat; pompous;
waffle; draught; chill*; sweat*; squint*; gluey; gloopy; limp; wilted; wilt; droop*; patchy;
scruffy; shabby; tatty; threadbare; scuff*; scratch*; chip|chipped|chips; dent|dents|dented;
scraped; cloudy; foggy; hazy; clunky; fiddly; awkward; jerky; laggy; sluggish; weird; odd;
funny smell|look; beep*; paper cups|plates|napkins; in tumblers|tartan; leaflet in|is|was; coughs;
wooden fork|spoon|cutlery; plastic cups|cutlery|flowers|plates|spoon; all colours|colors;
brown and|i; green isnt|and; wrong shade|side|blue|green|red
"""

DEFECTS = """
broken; broke; cracked; crack; leak*; missing; wrong; torn; ripped; bent; peeling; peels; flicker*;
loose; jams|jammed; stuck; late; cold; burnt; overcooked; undercooked; raw; damaged; faulty; dead;
forgot; forgotten; lost; empty; dirty; filthy; out of stock|order; sold out;
wont close|open|shut|start|fit|stay;
doesnt|does|dont|didnt|isnt|wasnt|arent|not work|fit|close|open|match|shut|turn|fitted|working|
matching|clean|straight|included|enough; too _;
no _ salt|sugar|hook|hooks|light|lock|soap|towel*|lid|instructions|label|sign|manual|reply; slow;
rude; unhelpful; overpriced; mismatch*; expired; mould*; rust*; damp; short; thin; heavy; thick;
hard; small; tiny; sharp; badly; clumsy; nowhere; useless; hot; gate|door|lid|bin left|open|not;
high; higher; low; lower; shallow; weak; long; big; huge; hole; holes; gap; gaps; instead of;
should be|have; supposed to be; never heard; has|have he|she|they met; without a|the|its|any;
ends halfway|early; cuts out|off; freezes; crash*; scald*; freezing; boiling; sags|sagging; bare;
ignored; unanswered; give|gives nothing; cant see|hear|read|reach|find|tell; hard to|hardly;
difficult|impossible to; barely; hardly
"""
