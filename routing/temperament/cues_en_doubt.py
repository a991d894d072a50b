"""English signs of hesitation: a decision that cannot be reached, or is opened again."""

from routing.temperament.values import HINT, MIDDLING, STRONG, WEAK, Cue

CUES = (
    Cue(
        name="doubt_said",
        label="hesitant",
        weight=STRONG,
        phrases="""
        undecided; indecisive; torn between; remain in doubt|unsure|uncertain|of; decide|maybe ?;
        cant let go;
        cant|cannot|not|havent|never|hasnt|couldnt|trying|to|struggling|dont make|made|making up|
        know my|our|his|her? mind*; dont know what i want|think; know my own mind;
        of|in two|both|several minds; on|off the fence; second|third|2nd thoughts; cold feet;
        dither*; waver*; faff*; umm*; hum|hums and|ing haw; back and forth; flip flop*; to and fro;
        round in circles|and; sleep|slept on it; mull*; think*|thought _ over;
        still thinking|deciding|debating|weighing|wondering|considering|pondering|circling|stuck|
        choosing|comparing|looking|humming|umming; reluctan*; misgivings; overthink*;
        not|never ready to|yet|for; quite ready;
        time|longer|day|days|night|week to think|decide|consider|mull|reflect|weigh; let me think;
        toss|flip a|the coin; tossed a coin; toss up; pros and cons; list of reasons;
        reasons for|against; for and against; heart|head says;
        my head|heart|gut says|tells|wants|is; half of|the|me|my wants|says|thinks|of;
        one|some day|minute|moment|hour|days _ i _ next|then|other; cant bring myself;
        no closer to|than; not reached|come to a|any|an conclusion|decision; blow hot;
        part of me|us; as a maybe; a maybe;
        maybe i|we should|shouldnt|wont|will|need|ought|ll|want|dont|am|are;
        i|we might|may not|leave|wait|just|still|as|go|change|well; i|we could _ or i|we could;
        im stuck|lost|paralysed|spoilt|useless|hopeless|terrible|spinning|dizzy __ choose|choice|
        between|decid*|which|this|$; finger|thumb|cursor|hand|mouse _ over|hover*|above; hover*;
        analysis paralysis; plump for; swither*; shilly; on the brink|verge; blow with the wind;
        what do i do; what to do ?;
        not|never|isnt|wasnt|hardly so|quite|100|totally|entirely|really|completely|at? sure|
        certain|convinced i|we want|should|need|like|can|will|really|did;
        not|never|isnt|wasnt|still so|quite|100|totally|entirely|really|completely|at? sure|certain|
        convinced about|anymore|yet|either|any|$;
        not|un sure|certain if|whether i|we should|want|really|need|will|ought;
        unsure about|still|$; unsure if|whether i|we should|want; remain uncertain;
        cant|cannot|couldnt|unable|struggl*|hard|havent|never|difficult|impossible|yet _ decide|
        commit|decided|settle;
        cant|cannot|couldnt|unable|struggling|hard|difficult _ choose|pick between|which|one|a|$;
        not _ decide|decided yet|on|between|whether|$;
        dont know|no idea|clue _ to do|choose|pick|take|buy|get|order|decide|want $;
        dont know|no idea|clue which|whether _ i|we|to should|take|choose|want|pick|buy|go;
        no clue|idea $; i|im|am|we|are|still|bit hesitat*;
        im|i|am|so|feel|feeling|really|still torn;
        i|we|ive keep|kept _ changing|wavering|swinging|switching|deleting|opening|staring|
        wondering|hesitating|dithering; keep|kept|keeps changing|going back|my|to|between|round;
        kept it open; gone off the|it idea|$; had settled|decided on __ then|but|now;
        every time i|we __ freeze|hesitate|stop|delete|change;
        every time i|we __ close the|my laptop|page|tab|form|browser|window; leaning towards|to|the
        """,
    ),
    Cue(
        name="fears_regret",
        label="hesitant",
        weight=STRONG,
        phrases="""
        regret it|this|that|my|the|buying|choosing|signing|saying|not|later|having|?; regretting;
        live to regret; be sorry _ if|later|afterwards|after|i|we; kick* myself;
        doing|making|making|made|make|taking|took the|a|an|my|wrong|right|big|huge|terrible|stupid _
        mistake|decision|choice; or is that|it|this mad|daft|silly|crazy|too|a mistake; misjudg*;
        cold sweat; butterflies; jitters; got the wobbles; lie|lying|lay awake;
        lost|losing|lose sleep;
        is everyone|everybody|anyone|anybody this|that|so nervous|scared|unsure|slow;
        do other|most people|customers|everyone|everybody also|ever|change|go|feel|panic|worry|get;
        big step; if i|we hate|regret|dislike|change|dont like|get|end it|up|my; too good to;
        cant undo; no going|way back; final is it; burn* my bridges;
        afraid|scared|terrified|frightened of|to|ill|i|well|that|il _ regret|commit|buy|sign|choose|
        choosing|mistake|decision|be|buying|signing;
        worried|nervous|anxious|dread|fear|panicking __ regret|mistake|decision|choice|choose|
        commit|choosing|commitment; wrong|right choice|decision|move|call|thing|option ?;
        am i|we mad|crazy|daft|silly|overthinking|rushing|a;
        am i|we making a|the _ mistake|choice|decision;
        am i|we doing the|right|wrong right|wrong|thing;
        is it|that|this mad|crazy|silly|too soon|wise|sensible|foolish|stupid|reckless|daft;
        panicking; bit|little|all|so|very|too nervous|jittery|wobbly;
        will|would i|we|she|he hate|regret|like|love|miss|be sorry
        """,
    ),
    Cue(
        name="asks_others_to_decide",
        label="hesitant",
        weight=STRONG,
        phrases="""
        what|which|where would|wd|d you|u|your do|pick|choose|go|tell|say|buy|have|get|take|wear|
        advise|suggest _;
        what|which _ would you|u|your _ do|pick|choose|go|tell|say|buy|have|get|take;
        would you|u _ do|buy|pick|choose|take|book|go|sell|wait|sign if|for|it|that|this|one __
        were|you|your|yourself|own|me|?;
        which one|do|should|would _ you|i _ pick|choose|get|take|go|recommend|suggest|think|prefer|
        like; if it were|was yours|you|your; in my|our place|shoes|position|boots;
        your|ur own mother|mum|mom|kid|kids|child|daughter|son|house|money|dog|wife;
        you|u can|could|should|just|please|decide choose|decide|pick; choose|decide|pick for me|us;
        tell|told me what|which _ to do|pick|choose|get|buy|order|take; convince|persuade|push me;
        reassure me|us; talk me|us into|out|through|down|round; you would tell|say|warn me|us;
        opinion ?; your|ur honest|own|personal _ opinion|view|take|advice ?;
        run it|this|that past|by my|the|her|him|them;
        get everyone|his|her|another|a|my|their|second _ opinion|blessing|view|say;
        if you|u were me|in|buying|choosing; you|u decide|choose|pick for|what|which|?;
        tell me its|im|ill honestly|right|ok|okay|fine|not|a|the|going|doing;
        tell me honestly|straight; youd tell|warn me|us; honestly would you|u;
        someone|somebody just|please? decide|choose|pick|push;
        do you|u think i|we should|will regret|ought; do you|u think im|ill regret|mad|making|silly;
        ask|asking|consult my|our _ wife|husband|mum|mother|sister|brother|family|kids|son|daughter|
        partner; asked everyone|everybody;
        wife|husband|mum|mother|partner|sister|son|family isnt|is|are|arent not? _ convinced|keen|
        against|unsure;
        speak|talk|check|discuss|consult|confer it? to|with|over my|our wife|husband|partner|family|
        mum|mother|son|daughter|sister|dad|kids|brother|accountant|better;
        wait till|until ive|i|weve|we shown|asked|talked|seen|spoken|decided
        """,
    ),
    Cue(
        name="asks_again",
        label="hesitant",
        weight=STRONG,
        phrases="""
        i know i|ive|you|u|we asked|ask|keep|said|told|already|explained|answered|promised;
        know _ asked; keep|kept asking|checking|double; again just|sorry|to _ sure|check|be;
        same as i asked; run|go|talk me|us|it through|over it? again|once|one;
        absolutely|100|definitely|totally|really|youre|ur sure|certain|positive;
        are you|u really|absolutely|quite|very|100|completely|still|totally|sure|certain|positive;
        triple check*; know youve|you|u told|said|explained|answered|promised; reassur*;
        asked on|in|you|it|about _ too; asked|ask again sorry|i know; me again;
        one last|final|more check|reassurance;
        explain|confirm|promise|reassure|repeat me|it|that|us _ again|once;
        tell|promise me|us __ again|once more|one; one more time before;
        talk|go me|us through __ one|once|again more;
        speak|talk|meet|discuss|chat once|one|again more|before; you did say|confirm|promise;
        sorry to ask|keep again|asking; one more look|viewing|visit|chat|talk|think
        """,
    ),
    Cue(
        name="yes_then_no",
        label="hesitant",
        weight=STRONG,
        phrases="""
        scrap|undo that|it|my; forget|ignore|disregard that|my|what|last|the|previous _;
        on second|reflection|thinking; yes __ but then|no|not|maybe; yes no; no yes|hang|hold|wait;
        yes or no|maybe; no then yes; uncancel|rebook|unbook; cancel the cancellation;
        back to the first|original|blue|red|beginning|start|other;
        im in|yes|buying|going|sold no|wait|or|unless|but;
        was sure|certain|set|decided|ready __ but|until|then|now|and;
        thought i|we had|was|were decided|sure|set|certain;
        paid|sent|signed|ordered|booked _ deposit|form|contract|it? _ then|and|but _ panicked|
        worried|froze|thought|regret*|wondered;
        actually|no|wait|hmm|hang|ugh no|wait|scrap|leave|hold|forget|undo|keep;
        actually|wait|hmm|no dont|cancel; or no|not|maybe|actually|perhaps|neither|rather _ ?;
        put it|them back in|into|on; in and out of; hang on no|actually|i|let|maybe;
        hold on no|actually|let|maybe; i say|pick|choose|say __ straight|then|think;
        typed|added|removed|deleted|emptied|clicked|closed|close __ times|twice|again;
        opening|open __ closing|close|closed again|it;
        now i|im|we _ wonder|wondering|unsure|leaning|having;
        torn|tore|drafted|rewritten|rewrote|unpacked __ times|twice|up; torn|tore it up;
        changed|changing|changes my|our|your|his|her mind*; keep|kept _ my mind
        """,
    ),
    Cue(
        name="keeps_it_open",
        label="hesitant",
        weight=STRONG,
        phrases="""
        hold|keep both|offer|quote|spot|place|room|slot|seat|table open|for|until|till;
        hold|holding off; without turning|becoming|committing|deciding|buying; week or two;
        wait until|till|a|another|and; shop|look|ask|shopping|looking|asking around;
        hold|keep|reserve|freeze|pause|park it|them|this|that|the|my|him|her|both|one|everything|a _
        for|open|aside|back|till|until|longer|pending|another|a;
        put|leave|set it|them|this|that|one|her|him aside|on hold|open|me; put|place _ on hold;
        dont send|ship|book|confirm|process|charge|submit|cut|finalise|print|order _ yet|quite|just;
        do not send|ship|book|confirm|process|charge|submit|cut|finalise|print _ yet|quite|just;
        ^ not just? yet;
        one|1|two|another|few|couple more|extra look|viewing|think|quote|quotes|opinion|estimate;
        another opinion|look|viewing|quote;
        extend|extended|extending|extension _ deadline|offer|hold|reservation|quote|time|option;
        deadline|offer|option|quote _ extend*|longer;
        next|this month|week|year or|maybe|perhaps the|so|never|next;
        see how i|it|we|things feel|goes|go; wait and see; more quotes|estimates|opinions;
        need|want|bit|little more|longer time; one|1|another more? day|night|week ?;
        should not|wouldnt|dont|prefer|rather _ like|want|not|be|to be? hurried|rushed|pushed|
        pressed|rush|hurry; not _ be hurried|rushed|pressed; put off the|my|our decision|choice;
        delay* _ decision|choice
        """,
    ),
    Cue(
        name="puts_off",
        label="hesitant",
        weight=WEAK,
        phrases="""
        let you|u know; get|come|circle back to you|u; leave it with|for;
        after the weekend|holidays|christmas|exams|summer|new|wedding|harvest;
        know more|better after|by|next|on|then; someday|eventually|sometime; for now; at the moment;
        maybe later|next|after|tomorrow; just looking|browsing _ again|still;
        tomorrow perhaps|maybe; in my|the basket|cart _ since|for|days|weeks; week or two;
        wait until|till|a; one|1|two|another|few more|extra day|days|week|weeks|night|nights|hours;
        uncertain; asking again; one more question|thing|time
        """,
    ),
    Cue(
        name="what_if",
        label="hesitant",
        weight=MIDDLING,
        phrases="""
        what|and|even if; but if it|i|the|my|we|she|he|they; suppose|supposing; or what if
        """,
    ),
    Cue(
        name="hedges",
        label="hesitant",
        weight=WEAK,
        phrases="""
        maybe; perhaps; probably; possibly; i|we might|suppose; i guess; not sure; wonder*; doubt*;
        tempted; tempting; should i|we; is it|that worth; would it be better; whichever; hmm*;
        dunno; oh dear; scared; overwhelm*; decide; decision; undecided; worth it; unless;
        in case i|it|we|my;
        wife|husband|mum|mother|dad|father|sister|brother|vet|dentist|doctor|partner|kids|friend|
        friends|everyone says|say|thinks|think|reckons|prefers|votes|hates|loves
        """,
    ),
    Cue(
        name="hesitation_hint",
        label="hesitant",
        weight=HINT,
        phrases="""
        or the|a|should|shall|is|do|would; but then; then again; on the other hand; although;
        though; yet
        """,
    ),
)
