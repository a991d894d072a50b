"""English signs of a homely manner: own life told, jokes, gifts and invitations."""

from routing.temperament.values import HINT, MIDDLING, STRONG, WEAK, Cue

CUES = (
    Cue(
        name="own_life",
        label="warm",
        weight=MIDDLING,
        phrases="""
        my|our|the|his|her|little|wee _ son|daughter|grandson|granddaughter|grandchild|
        grandchildren|mum|mother|gran|nan|granny|grandad|husband|wife|dog|cat|kids|toddler|twins|
        baby|boy|girl|nephew|niece|sister|brother|grandma|grandpa|neighbours|lad|puppy|dad|father|
        parrot|tortoise|hamster|rabbit|family|kitchen|lot _ learned|learnt|graduat*|born|turned|
        engaged|married|tooth|dancing|loves|loved|smiled|laughed|laughing|singing|sings|asleep|
        named|approves|purring|grinning|proud|adores|danced|insists;
        my|our|the|his|her|little|wee|this _ daughters|sons|grandsons|granddaughters|sisters|nieces|
        nephews|first wedding|graduation|birthday|christening|steps;
        my _ husband|wife|mother|father|gran|nan|mum|dad always said|says|told|called|laughed;
        we|i|theyve|weve|ive just|finally|were|got|are|am|have engaged|married|pregnant|expecting|
        adopted|retired|grandparents|retiring;
        first grandchild|steps|tooth|loaf|tomatoes|apples|bread|word|words|dance;
        the cat|dog|parrot|baby|kids|hens|twins says|say|sends|walked|ate|sat|approves|agrees|
        thinks|loves;
        a|be|became|become|made|im|now grandad|granddad|grandma|granny|grandpa|nan|nana|grandmother|
        grandfather;
        i|ive|im _ singing|humming|dancing|grinning|smiling|blushing|beaming|chuckling|giggling|
        laughing|hugging; sing|sang in|the|along; grandchild*; grandson; granddaughter;
        neighbour* _ smiled|laughed|jealous|love; mother in law; my late husband|wife|mother|father;
        since i was; years a|as a member|customer|friend; live alone; garden is|full
        """,
    ),
    Cue(
        name="joke_or_tease",
        label="warm",
        weight=MIDDLING,
        phrases="""
        silly me|old|billy; my own _ fault; muppet; old fool; forget|lose my|her head;
        my|a|like memory|brain _ sieve|goldfish|mush|holiday|custard|fog; butterfingers; dinosaur;
        technophobe;
        im|i|am _ useless|hopeless|daft|clumsy|pickle|twit|menace|nuisance|plonker|numpty;
        scatterbrain*; senior moment; dont|never you dare; cheeky; rascal; naughty; troublemaker;
        teas*; boring question|bit|stuff|part|matter|business; guess who; only me; its me again;
        tell|telling the boss|anyone|my; my secret; our little; walkabout; partner in crime;
        usual suspect; favourite customer|nuisance|pest|person|human|voice|people|team|shop;
        your favourite; your number one|biggest; blame the|it cat|dog|wine|kids|baby|weather;
        trouble again; pest; am i|im|i famous|banned|annoying|forgiven|in trouble;
        promise not|i to|wont; joking; kidding; just teasing; pulling your; before you laugh;
        dont|youll laugh; no laughing; confess*; you will laugh; laugh* at me; wonders; magic;
        wizard*; witchcraft; purring
        """,
    ),
    Cue(
        name="gift_or_invitation",
        label="warm",
        weight=STRONG,
        phrases="""
        cake|biscuits|jam|chocolates|cookies|flowers|card|pie|scones|honey|eggs|brownies|loaf|
        samosas|dates|baklava|tomatoes _ for|on|is|are|with|coming|waiting _ you|whoever|everyone|
        team|your|way|girls|lads|office|desk|ladies|staff; for whoever;
        keep|save us|me|you|u|a _ seat|place|chair|slice|piece|plate|spot;
        door is|always always|open; welcome at|in|any our|my|time|here; kettle on;
        drink|pint|coffee|cuppa|slice|biscuit|round on me|us;
        you|u|youre|yous|all|whole|everyone|team are|re|is|all invited;
        invite you|u|all|yous to|for|over|round; little something; share the|a|it|this with you;
        card for you|yous|the team|everyone; signed a card; coming your way;
        safe home|travels|journey; mind how you; sleep well|tight; sweet dreams; safely home;
        plate for you; set a place; dance at;
        come|pop|drop|swing|stop and|for|round|over|by|in|to _ slice|cup|tea|coffee|cake|dinner|
        lunch|cuppa|supper|pint|dance|eat;
        come|pop|drop and|round|over|by|in to? visit|see us|me|when|if;
        ill|im|well|we|ive|i|were|weve baked|baking|bring|bringing|brought|cook|cooking|make|making|
        made|save|saving|knit*|drop|dropping|bake|left|leaving|buy|buying|sending|send|keep __ cake|
        cakes|biscuits|biscuit|cookies|jam|chocolates|chocolate|flowers|pie|scones|honey|brownies|
        brownie|loaf|slice|soup|card|something;
        owe you|u|yous|them|her|him a|an|one|several _ pint|drink|coffee|cake|beer|lunch|dinner|hug|
        biscuit*|favour; is|are|its|theyre for whoever|girls|lads;
        is|are|its|theyre for the|you|all girls|lads|team|all|lot;
        present|gift for you|u|the|whoever;
        tin|jar|batch|plate|basket|slice|bag|box of __ coming|for|waiting you|your|whoever;
        have a slice|pint|cuppa
        """,
    ),
    Cue(
        name="familiar_tone",
        label="warm",
        weight=WEAK,
        phrases="""
        no rush|hurry|worries|pressure; take your time; in your own time;
        whenever youre|suits|you|u; mate; pal; buddy; bud; chum; folks; gang; team $; yay; woohoo;
        whoop; hooray; hurrah; yippee; cuppa; cosy; gossip; hope|bet youre|you|u;
        how are|r you|u|things|ya; see you|u soon|then|later; take care; big dave|al|tom|jim;
        cheers; ta; cheerio; tara; ever so; lots of;
        see you|u|yous|ya|all at|on|all|soon|saturday|sunday|monday|tuesday|wednesday|thursday|
        friday|tomorrow; nice|lovely|good|great|wonderful to hear|see|speak|talk _ you|your|voice;
        enjoy your|ur; homemade; knitted; so kind|lovely of|to
        """,
    ),
    Cue(
        name="family_mentioned",
        label="warm",
        weight=WEAK,
        repeats=0.0,
        phrases="""
        grandson; granddaughter; grandchild*; grandad; granddad; grandpa; grandma; granny; nan;
        nana; gran;
        my dog|cat|puppy|kitten|budgie|parrot|tortoise|hamster|rabbit|horse|hens|goldfish|mum|mam|
        mom|dad|wee|youngest|eldest|nephew|niece|auntie;
        the dog|cat|puppy|kitten|budgie|kids|grandkids|bairns; little one|ones; toddler; twins;
        newborn; knitting; allotment
        """,
    ),
    Cue(
        name="homely_words",
        label="warm",
        weight=HINT,
        phrases="""
        smile; smiles; smiling; friend; friends; friendly; sweet; kinder; kindest; kindness;
        adorable; delightful; tea; toast; heart; voice; voices; laugh*; cake; biscuit*; garden;
        proud; happy; joy; wonderful; enjoy*; cosy
        """,
    ),
)
