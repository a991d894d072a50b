"""English signs of bargaining: other terms than those offered are asked for."""

from routing.temperament.values import HINT, MIDDLING, STRONG, WEAK, Cue

CUES = (
    Cue(
        name="asks_lower_price",
        label="haggler",
        weight=STRONG,
        deniable=True,
        phrases="""
        knock|shave|trim|chop|slice|shed _ off; knock it|that|this|them down; take|took|get # off;
        take|takes|get|gets _ bit|little|something|tenner|fiver|quid|few|fraction|percent|% off;
        come|go down ?; come|drop a little|bit; u|you drop|come _ i|we|ill climb|go|come;
        must|should|could|has|have come down;
        lower|reduce|cut|drop|slash|trim|halve|shrink _ price|fee|rent|rate|quote|figure|bill|
        charge|cost|premium|deposit|margin|commission|total;
        price|rate|figure|quote|fee|rent|number _ lower|reduced|down|softer|kinder|friendlier;
        any|it|that|this|be|cheaper|bit|little|lot|do cheaper ?; do|make|let|sell _ cheaper|less;
        do it|that|this|them|me|us _ for less|half; for less than|?; let _ go for #|less;
        can|could|cant|couldnt|u|you|must|surely do _ better;
        better price|rate|figure|number|terms|deal|offer; best price|figure|number|rate you|u;
        your|ur best price|figure|rate|number;
        whats|what your|ur|the absolute? best|lowest|last|final|rock price|figure|offer|you|number;
        lowest you|u|price|figure|can|number|offer; rock bottom; how low|far|much lower;
        sharpen* _ pencil; wiggle|wriggle|haggling|negotiating room;
        room to|for move|manoeuvre|talk; room to negotiate|manoeuver|haggle|bargain|wiggle;
        negotiable; negotiate; haggle; bargain with;
        any|some give|leeway|movement|flexibility|slack on|in|there;
        flexible on the|price|that|this|your; round|rounded|rounding _ down; round it|that to|off;
        call|make it|that #; lets|shall|just|we say #; say # and;
        meet|met me|us|you|in _ half*|middle; meet|met me|us|at|there ?; meet me|us at|on|in;
        split the difference; half way house; in the middle ?; shake on|hands on;
        got|have yourself|ourselves|a|we deal; special price|rate for me|us|you;
        mates|friends|family|neighbour rate*|price*|discount*; sweeten*; price match; match _ price;
        first name|offer|price is never; soften the|your blow|price|figure;
        price _ for a|an old|loyal|regular|good; pencil _ smaller|lower;
        a|the smaller|lower|kinder|friendlier figure|number|price|sum|bill;
        come|drop|climb down a|on|#|some|any; bring|talk it|that|the _ down to|a|on|#;
        do|have it|that|this|them for the same; room on the|that|your price|rate|figure;
        little|bit|something|anything|tenner|fiver|quid|money off the|it|that|this|my price|bill|
        total|rent|fee|order|?; little|bit|something|anything off ?; more than my _ paid;
        is there|any room in|on the|that|your price|rate|figure
        """,
    ),
    Cue(
        name="counter_offer",
        label="haggler",
        weight=STRONG,
        phrases="""
        how|what about # for|and|?;
        can|could|would|will|cant|u you|u|we|he|they? take|accept|be|make|manage|stretch|go _ #;
        can|could|would|cant you|u|we do it|this|that|them|me|both|all for? #; do _ for #;
        let _ have _ for #; # and ill|youve|deal|done|sold; # and were|its done|a|deal|settled;
        my offer|limit|ceiling|max|top|maximum|final;
        highest|most|best|furthest i|we can|could|will|would|am|are;
        all i|ive|we _ got|have|can is|#;
        cant|cannot|wont|couldnt|not go|stretch|pay _ above|over|beyond|higher|further|past|more;
        take # for; accept #; # plus|+|and my|the|a|our old; # or|and nothing|no deal|i walk|walk;
        # take it; # take it or; would|will # do|work|cover|settle|be|suit|buy|swing;
        more like|around|about # than; rather # than; part ex|exchange|ex*; trade in;
        plus|+ my|our old; ceiling of #; cap _ at #; your figure|price|quote _ # __ mine|ours;
        budget for|is|of __ deal|okay|take; settle at|on|for #;
        ill|id|well|wed|im give|pay|offer|do|bid|go|propose|giving|offering you? to? _ #;
        i|we offer|bid|propose|can|could|would|will|may|might|am _ pay|offer|do|go|stretch|prepared|
        willing|happy _ #; i|we offer|bid|propose _ #; # cash|tops|max|final;
        # and i|we _ take|sign|buy|book|collect; only|just _ got|have # on|for me|it|this;
        # for both|all|them; was|were|am|are thinking|hoping _ #
        """,
    ),
    Cue(
        name="rival_as_lever",
        label="haggler",
        weight=STRONG,
        phrases="""
        competitor*|rival* __ #|cheaper|less|lower|under|half|free;
        match it|that|their|them|his|her _ ?; can|could|will|would|u you|u match|beat; match ?;
        match _ price|offer|quote|rate; beat that|it|their|them|his|her|this|the ?;
        beat their|that|his|her price|quote|offer; undercut*;
        persuade|convince|give|stop me|us not? to? stay|leaving|going|switching; tempt me|us;
        same thing|model|job|one|work|service __ for|at #|less|half;
        down|up|across|over|round|around the|my road|street|lane|hall|river|way|corridor|square|
        hill|block|corner __ half|less|cheaper|free;
        down|up|across|over|round|around the|my road|street|lane|hall|river|way|corner __ for|at|
        asks|charges|does|quoted|wants|quotes|sells _ #; next door|town __ half|less|cheaper|free;
        next door|town __ for|at|asks|charges|does|quoted|wants|sells _ #;
        opposite __ asks|charges|does|for|wants _ #;
        elsewhere|amazon|ebay __ less|half|lower|cheaper;
        they|he|she|shop quoted|quote|offer|offers|charge|charges|ask|asks|does|do|sell|sells me|us|
        it? _ #|less|half;
        other|another firm|company|shop|place|garage|supplier|outfit|bank|provider|gym|dealer|store|
        bidder|agency|vet|school|studio|salon|hotel|airline|plumber|builder|baker|florist|tutor|
        quote __ less|cheaper|free|half|lower;
        other|another firm|company|shop|place|garage|supplier|outfit|gym|dealer|store|vet|studio|
        salon|plumber|builder|baker __ for|asks|charges|quoted|does|wants _ #
        """,
    ),
    Cue(
        name="cheaper_elsewhere",
        label="haggler",
        weight=WEAK,
        phrases="""
        cheaper elsewhere|online|at|down|across|next|somewhere|with|round|on|quote;
        found|seen|saw _ cheaper; another|other|lower|better|cheaper quote|quotes|offer|offers;
        switch|switching|go|going|move|moving to|elsewhere; # cheaper|less; half the price;
        half that|what; hate to switch|leave|go|lose
        """,
    ),
    Cue(
        name="loyalty_as_lever",
        label="haggler",
        weight=STRONG,
        phrases="""
        that|which|it|years|loyalty|must|should|ought|surely _ count|earn|deserve* for|me|us|
        something|a; worth something|a; count* for something|anything|nothing|naught|a;
        loyalty discount|reward|bonus|price|rate|deserve*; strangers;
        new customers get|pay|have|are|only; same as|like|deal|offer|price _ new customers|members;
        dont|doesnt i|we|that deserve|earn; deserve* _ discount|something|break|price|rate|deal;
        for|as a|an old|loyal|regular|faithful|good|repeat|longstanding|long _ customer|client|
        member|friend|tenant|reader __ ?;
        for|as a|an loyal|regular|faithful|repeat|longstanding customer|client|member;
        after all|so these|those|many years|orders|visits __ ?
        """,
    ),
    Cue(
        name="long_custom",
        label="haggler",
        weight=WEAK,
        phrases="""
        been with you|u|your;
        been coming|buying|shopping|ordering|paying|renting|flying|a __ years|since|ever;
        customer|client|member|subscriber|tenant of|for|since; loyal*;
        brought|sent|recommended you|u __ friends|customers|people;
        since you|u|the|they only|first|opened|had; th order|booking|time
        """,
    ),
    Cue(
        name="quantity_as_lever",
        label="haggler",
        weight=MIDDLING,
        phrases="""
        if i|we take|took|buy|bought|order|ordered|book|booked|have|had|commit|sign|get|got __ two|
        three|both|more|dozen|#|pair|whole|several|year|lot|longer;
        ill|well|i|we|id|wed take|have|buy|book|order|sign __ both|two|three|all|dozen|pair|whole|
        lot|year|# __ if|for; bulk|volume|group|quantity discount|price|rate|deal;
        buying|taking|ordering|booking both|two|three|ten|the|a lot|whole|dozen|#;
        second|other|third|next one _ half|free|cheaper|price|less; at|for half; came at;
        two|three for one|two|the|#; for the price of; # for #;
        discount|price|rate for two|three|both|bulk|several|#; package deal|price
        """,
    ),
    Cue(
        name="payment_as_lever",
        label="haggler",
        weight=MIDDLING,
        phrases="""
        pay|paying|paid _ cash|upfront|today|advance|full|spot; cash in hand;
        cash today|now|if|price|buyer|on|only; for cash;
        sign|book|buy|order|decide|settle|commit|pay|transfer today|now|tonight|right|this if|for|
        at|provided; today if you|u|we|it|the;
        if i pay|sign|collect|fetch|book|commit|order|bring|carry|do|come|renew|prepay;
        no receipt|invoice|box|bag|packaging needed?; off the books; collect|fetch it myself
        """,
    ),
    Cue(
        name="wants_extras_free",
        label="haggler",
        weight=STRONG,
        deniable=True,
        phrases="""
        throw|throwing|throws|chuck|toss|bung|fling|lob in;
        throw|throwing|chuck|toss|bung|fling|pop|slip|lob _ in for|with|and|too|as|free|?;
        on the house; on you naturally|of|right|then|?; freebie*; for nothing ?;
        into the bargain|deal; waive*;
        include|add|give|have|get|want|do|with|do __ for free|nothing|gratis;
        for the|that|this same money|price|sum;
        extra|free month|week|night|pair|bottle|one|box|session|lesson|year|day if|for|?;
        month|week|night|session|lesson free ?; fixed for me|us|everyone ?; even for me|us;
        after # years|orders|visits ?;
        if im|i|were|we paying|pay|spending|giving that|this|so|all|these _ youll|you|u|id|then;
        if not the|all|that|free then?;
        free delivery|shipping|postage|upgrade|parking|breakfast|installation if|then|and|at;
        drop|lose|skip|forget|forgo|ditch|bin|absorb|swallow the|that|your|this _ fee|charge|
        deposit|surcharge|vat; fee|charge|deposit|delivery|postage _ waived|vanish*|disappear*;
        least you|u can|could do
        """,
    ),
    Cue(
        name="stacks_offers",
        label="haggler",
        weight=STRONG,
        phrases="""
        stack*; combine _ codes|vouchers|coupons|offers|discounts|with|both;
        second|another code|voucher|coupon|discount as|too|on|and|with|?;
        on top of the|that|your|my _ discount|sale|code|offer|percent|%|reduction|price;
        more|bigger|extra|better|further|additional|larger|deeper|second discount|reduction|percent|
        %; as well as the discount|sale|code|voucher; expired code|voucher|coupon;
        code|voucher|coupon _ expired|still|anyway;
        apply|honour it|the|that|both anyway|too|still|regardless;
        use|apply|combine|enter|add|take|honour|stack _ both|two|three|all;
        both|two|three codes|vouchers|coupons _ basket|order|together|once;
        both codes|vouchers|coupons ?
        """,
    ),
    Cue(
        name="discount_named",
        label="haggler",
        weight=WEAK,
        deniable=True,
        phrases="""
        discount; discounts; money|%|percent off; reduction; concession*; rebate; cheaper; bargain;
        good|decent|nice deal|price; deal ?; special offer|price|rate; # percent|% off;
        black friday; january|summer|next|winter|end sale|sales;
        sale price|next|soon|starts|in|will; before|until the sale*
        """,
    ),
    Cue(
        name="objects_to_price",
        label="haggler",
        weight=WEAK,
        phrases="""
        bit|rather|little|too|very|quite|so|awfully steep|pricey|much|dear|rich|expensive|high|
        salty; daylight robbery; rip off; over|above|beyond|out my|our|of budget|range|reach|means;
        cant|cannot afford; for that money|price; budget _ #; # ?; for a|an|one ?;
        thats|that is a lot|too; paying that|this|so; arm and a leg; price _ high|steep|mad|silly
        """,
    ),
    Cue(
        name="presses_for_terms",
        label="haggler",
        weight=WEAK,
        phrases="""
        come on; go on then?; be a sport|love|dear|pal|star|gent*|darling|good;
        help me|us|a out|fellow; surely; one last|more try|push|go; do me|us a favour|solid;
        cut|give me|us a break|deal;
        cant|couldnt|wont you|u do|just|bend|stretch|manage|find|squeeze;
        is that|thats|this your|the|really best|lowest|final|all|firm;
        boss|board|trustees|accounts|manager|wife|husband wont|will|have|has _ approve|sign|fixed|
        agree|limit|budget; reconsider; dont be like|mean|stingy|tight; bend the|a rule*|little;
        between us|ourselves|you and; nobody|no one need|has|will know|to; spare me|us; last word;
        walk away; take it or leave; deal or no; help yourself|me by; you know it and|too;
        think again; my final; what|whats in it for
        """,
    ),
    Cue(
        name="asks_better_terms",
        label="haggler",
        weight=STRONG,
        phrases="""
        improve|revise|reconsider|revisit|adjust|amend|soften|sharpen on? the|your|that|this|its|our
        _ offer|price|quote|quotation|terms|figure|rate|proposal|fee|pricing|charges;
        close|bridge|narrow the|this|that gap;
        difference might|could|can|may be _ found|bridged|met|shared;
        more favourable|advantageous|competitive|attractive _ terms|price|offer|rate|figure|
        proposal; provided you|that|the _ reduce|lower|waive|include|price|fee;
        spare me|us the wait|queue|fee|surcharge; make it up to me|us; make it worth my|our;
        make it two|three|double|twice|half; settle for; worth more than;
        insult*|derisory|laughable|joke of|as _ offer|sum|credit|voucher|refund;
        voucher|credit|refund|# _ not|isnt|hardly|wont enough|cover|do|cut; favourable terms;
        commercial consideration; preferential rate|terms|price|pricing; scope for|within the;
        push the deadline|date; another|extra|more week|days|time and|or __ deal|sign|pay|discount;
        what would it take; happens|do|does to the price|bill|fee|rate|cost; not to lose me|us;
        reason|reasons to stay; how|what low|would it be if|without|minus|less;
        rate for|if _ my|our own; whats the __ rate;
        if the? second|third|other|rest came|comes|is|was _ half|free|less;
        room|scope to improve|better|revise|reduce|soften|lower;
        improve|better on it|that|your|the offer|price|figure|terms|proposal; improve on it|that;
        if you|u|they lower|waive|knock|reduce|halve|throw|match|drop|cut|meet __ ill|well|id|wed|
        we|i; ill|id|wed|well|could|can|happily skip|forgo|do|live|manage without;
        in return for|you|i|we|?; double it|that; to keep me|us as|from|happy|?;
        would|will that|this earn|buy|win me|us
        """,
    ),
    Cue(
        name="haggling_hint",
        label="haggler",
        weight=HINT,
        phrases="""
        quid; deal; bulk; offer; expensive; budget; voucher; cash; price; cheaper
        """,
    ),
)
