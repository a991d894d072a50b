"""English signs of affection: endearments, heartfelt thanks, interest in the agent."""

from routing.temperament.values import STRONG, Cue

CUES = (
    Cue(
        name="endearment",
        label="warm",
        weight=STRONG,
        phrases="""
        thanks|thank|cheers|ta|hello|hi|hiya|hey|morning you? my? love|darling|pet|duck|sweetheart|
        hun|hon|sweetie|petal|flower|lovely|angel|treasure|sunshine|lovelies|hen|chuck|babe|dearest|
        chick|petals|darlings|dears;
        bye|ok|yes|no|evening|alright|sorry|night|again|well you? my? love|darling|dear|pet|duck|
        sweetheart|hun|hon|sweetie|petal|flower|lovely|angel|treasure|sunshine|lovelies|hen|chuck|
        babe|dearest|chick|petals|darlings|dears;
        darling|sweetheart|hun|sweetie|petal|poppet|lovey|dearie|xx|x $;
        my dear|lovely|love|darling|sweet|dears|angel|treasure|lovelies;
        dear heart|friend|girl|boy|old|as; old friend; dearest; sweetheart; darling; darlings;
        lovelies; poppet; sweetpea;
        youre|you|ur|u are? _ angel|star|gem|legend|treasure|saint|lifesaver|hero|darling|diamond|
        sunshine|blessing|wonder|rock|marvel|peach|brick|sweetheart|superstar|absolute;
        absolute star|legend|angel|gem|hero|diamond|treasure; legend; lifesaver;
        what a star|gem|legend|love|darling|treasure;
        bless you|him|her|them|your|u|his|that|and|ya|the; god bless; blessings;
        lots|all|much|big|with|sending|our of? my? love; hugs; hug; big hug|love; kisses; kiss; xx;
        xo*;
        you wonderful|lovely|beautiful|gorgeous|marvellous|brilliant|clever|magnificent|precious;
        wonderful|lovely|brilliant|delightful|gorgeous people|team|bunch|lot|girls|lads|folk|folks|
        creatures|human|humans|souls; heart of gold; guardian angel; fairy godmother; kind soul;
        bless; bosom; love you|u|ya|yas|all; adore; cheers pet|duck|chuck|me;
        ta duck|love|pet|chuck; miss|missing you|u|hearing|talking;
        the best|kindest|sweetest|loveliest people|person|team|voice|lot|bunch|girl|lad|crew|lady|
        man
        """,
    ),
    Cue(
        name="affectionate_thanks",
        label="warm",
        weight=STRONG,
        phrases="""
        made|makes|make|brightened|lifted|saved|warmed my|our|the|everyones|us|me|mums|his|her
        whole? day|week|morning|year|heart|evening|month|night|life|christmas|monday|cry;
        cant thank you|u; million|thousand thanks|thank; bottom of my|our heart; from the heart;
        thank|thanks|thankyou you? for everything|listening|putting|caring|sitting|staying|holding;
        thank|thanks you? for being so? human|patient|kind|there|you|lovely|gentle;
        thank|thanks you? for your kindness|company|heart; how kind|sweet|lovely|thoughtful;
        part of the|our family; feel|felt|feels like|at family|home|friend|friends|friendship;
        restored my|our; never forget; means|meant the|so|a|everything world|much|lot|to;
        toast|toasted|prayed|praying|pray to|for you|u|your;
        you|your|u _ in my|our prayers|thoughts|toast|will;
        the whole|entire family|house|street|kitchen|ward|class loves|sends|thanks|adores|knows;
        adore*; so lucky; you|u again; sing|sang|singing your|ur praises; your|ur voice|laugh|smile;
        all is forgiven; forgiven; hear it from me; first to know|hear; telling you|u first|because;
        had to tell|share|show you|u|someone|the; guess what|who; name _ after you|u; in a good way;
        so|such|truly|very|really sweet|human|thoughtful of|to|and|$; too kind;
        so lovely of|to you|me|us;
        cried|tears|crying|teary|sobbing with|of|when happy|joy|happiness|relief|you|laughter;
        family to us|me; thinking|thought|think of you|u|how; so|forever|eternally grateful;
        lucky|glad|relieved|delighted its|it|i|we _ you|u; happy its you; then i|we got you|u;
        hoping|hoped it|id _ you|u; wanted you|the _ to hear
        """,
    ),
    Cue(
        name="interest_in_agent",
        label="warm",
        weight=STRONG,
        phrases="""
        get well|some sleep|some rest|home; look after yourself|yourselves|u|that;
        take care of you|u|yourself|yourselves|each;
        dont|not let|work|catch|stay|you|get too? them|hard|late|cold; feet up; go home|and;
        get some rest|sleep|lunch|tea|air|sun;
        you|u|youre|yous must|should|all|lot be|have tired|exhausted|freezing|boiling|hungry|
        starving|worn|rushed|shattered|frazzled|knackered|swamped|busy|sick;
        happy birthday|anniversary|easter|diwali|nowruz|eid|new|christmas|hanukkah; merry christmas;
        congratulations|congrats on|to|youre|you|u; remember me ?; miss me; did you miss;
        you look|sound|sounded tired|happy|well|busy|lovely|better|cheerful; you sound;
        say|says hi|hello|good|morning to|too|everyone; put me on speaker; oh its you|u;
        told my _ about you|u; how keen; bring an|your appetite;
        patient|calm|kind|gentle|good with|to my|us|mum|dad; hot to drink; something hot;
        good luck with|on|for your|the|ur;
        hows|how is|was|are|were|did|has|goes? your|ur|yer|that|little _ baby|mum|mom|dad|family|
        knee|back|cold|exam|exams|wedding|holiday|weekend|cat|dog|move|trip|son|daughter|kids|bump|
        garden|hand|leg|arm|wrist|cough|studies|marathon|interview|honeymoon|birthday|puppy|kitten|
        husband|wife|nan|gran|test|thesis|allotment|choir|hip|tooth|head|foot|boy|girl|little|
        sister|brother|shift|evening;
        hows|how is|was|did|are the baby|wedding|bump|exam|exams|driving|honeymoon|puppy|kitten|
        knee|wrist|kids|little;
        did|have|are|were you|u|ya _ pass|passed|eaten|eat|slept|sleep|married|recovered|rested|
        nervous;
        did|have you|u|ya _ nice|lovely|good|great weekend|holiday|break|time|trip|evening|
        christmas|lunch|birthday;
        did the little|baby|exam|wedding|interview|test _ sleep|slept|go|born|well|arrive;
        hope|hoping you|u|your|ur|youre|the|they|everyone|its|that|it _ rest|rested|weekend|holiday|
        family|feeling|warm|break|recovered|mum|mums|baby|better|cold|slept|exam|wedding|dog|knee|
        evening|proud|smiling|smile;
        eat|drink something|some|your|a _ warm|hot|lunch|tea|water|soup; have a cuppa|rest|breather;
        is it raining|snowing|hot|cold|sunny|pouring _ there|where|with|at|by|over|up|down;
        tell|told|give|send|say|wish|pass|kiss|hug __ hi|hello|love|hug|kiss|cuddle|stroke;
        tell your|ur|big|the _ mum|dad|mam|lads|girls|dave|boys; where did you|u learn|grow
        """,
    ),
)
