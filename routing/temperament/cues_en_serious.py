"""English signs of cold, businesslike distance."""

from routing.temperament.values import HINT, STRONG, WEAK, Cue

CUES = (
    Cue(
        name="officialese",
        label="serious",
        weight=WEAK,
        repeats=1.0,
        phrases="""
        hereby; herewith; hereto; herein; hereunder; hereinafter; pursuant; aforementioned;
        aforesaid; abovementioned; undersigned; forthwith; notwithstanding; thereof; therein;
        thereto; whereupon; whereof;
        kindly confirm|revert|advise|provide|send|forward|ensure|note|acknowledge|supply|furnish|
        hold|arrange|state|issue|reply|submit|return|remit|refrain|limit|direct; be advised;
        advise by|in|of|on|when|whether;
        shall be|not|have|apply|attend|remain|expect|require|await|proceed;
        in accordance|conformity|compliance|respect|relation with|to|of;
        with reference|regard|respect to; further|failure to; acknowledge $;
        acknowledge|confirm|acknowledgement receipt|by|in; confirm in writing|by;
        without further? delay; no|not later than; by return; in writing;
        attention|receipt|schedule of; duly; remit*; furnish*; on receipt|record;
        will|shall be? disregarded|refused|rejected|returned|deemed|treated|considered|answered|
        invoiced|charged|entertained|accepted; yours faithfully|truly|sincerely; obliged;
        would|should be grateful|obliged|appreciated; clause; article #|1|3|one|two|three;
        section 1|2|3|4|5|6|7|8|9; annex*; appendix; respectfully; deem*; solely; exclusively;
        failing which; henceforth; as per; per our|the|your|clause|contract|agreement|schedule;
        has|have resolved; resolved that; instructed; proceed; effect* the; at your earliest;
        earliest convenience; in due course; cease; remain yours; vide; regarding the above;
        the committee|directorate|secretariat|registrar|tribunal; this office; procurement;
        compliance; statutory; liab*; tender; contractual*; stipulat*; terms and; matter of record;
        for the record; obligation*; close of business; cob;
        is|are|must to? be submitted|paid|delivered|put|arranged|returned|provided|addressed|
        directed|handed|made|quoted|observed|avoided|kept|limited|treated|issued|corrected|reissued|
        effected|received|complied; we|i require|await|request|expect|refer|note;
        office|committee|board|department|company requires|requests|expects|notes
        """,
    ),
    Cue(
        name="refuses_small_talk",
        label="serious",
        weight=STRONG,
        phrases="""
        not required|needed|necessary|requested|relevant|joking|amused|funny; unnecessary $;
        irrelevant; immaterial; superfluous; unneeded; uncalled; no small|chit talk|chat;
        no calls|party|ceremony|fuss|speeches|photographs|visitors|exceptions|substitutions|
        discussion|pleasantries|jokes|emoji|emojis|emoticons|apologies|apology|courtesy|comments|
        opinions|commentary|preamble|conversation|chatter|greetings|introductions|smileys|
        compliments|flattery|adjectives;
        skip|spare|dispense|omit|save|cut|drop|leave|avoid|without me|with|out|the|your|all|any _
        small|pleasantries|apolog*|introduction|introductions|chat|chit|script|pitch|speech|
        formalities|preamble|niceties|flattery|jokes|emoji|emojis|smileys|talk|sympathy|enthusiasm|
        commentary|compliments|marketing|offers|greeting|weather|courtesies;
        stay|remain|keep on topic|subject|point; to the point; strictly business;
        only what is|was|i; answer the question|following|point*;
        answer|reply|respond yes|with|in _ only|yes|one|number|figure|date|sentence|line|writing;
        not ask for|how|about|you|your;
        not here|calling|writing|interested|looking|in to|for|in|the _ chat|friends|talk|small|
        socialise|conversation|mood|discuss|anecdotes|opinions;
        not your friend|mate|buddy|pal|dear|love|darling;
        restrict|confine|limit yourself|yourselves; i am|im mr|mrs|ms|dr|professor|doctor _ not;
        address me|us|correspondence|all|yourself as|by|to; surname only|please|will;
        first names|name terms|basis|are|is|not; we are|have not not? met|acquainted|on|friends;
        i have two|three|four|five|ten|2|3|4|5|10 minutes;
        do|does not|dont wish|want|intend|care to exchange|chat|discuss|converse|socialise;
        exchange pleasantries; use _ surname|title; be brief|concise|exact|precise|specific;
        courtesy calls; calls will|are|not; time is money|limited|short;
        keep it brief|short|factual|formal|professional|strictly; nothing to add|discuss;
        in writing only; only in|by writing|email|post|letter;
        personal|private|my matters|matter|questions|life|weekend|plans is|are|have|has|not|do|no|
        irrelevant; of no concern|interest|relevance; concerns nobody|no; none of your;
        isnt|arent|wasnt required|needed|necessary|requested|welcome;
        isnt|arent unnecessary|irrelevant;
        no need to|for _ apologi*|thank|small|pleasantries|apology|comment|smile;
        get|come|keep|stick|go|confine|limit|restrict straight? yourself|yourselves|it|us|to|
        strictly|your|the _ point|facts|subject|essentials|topic;
        facts|figures|numbers|dates|business|answer only;
        only|just the facts|figures|figure|answer|essentials|numbers; just answer; yes or no;
        in one word|line|sentence;
        i did|didnt not? ask for|how|about your|an|any|my|the opinion|advice|view|comment|day|
        weekend|weather; not ask for|how opinions|opinion|advice|you|your|my;
        my correct|full|proper name|title|form; use full|proper name|title|form; address me by;
        it is mr|mrs|ms|dr|doctor|professor|madam not|to|$;
        mr|mrs|ms|dr|doctor|professor|surname|sir not; do not|dont use first|pet;
        do not|dont joke|chat|apologise|apologize|comment|improvise|elaborate|embellish|deviate|
        telephone; waste no time; none|nothing|not _ by telephone|phone;
        my time is limited|short|valuable|money
        """,
    ),
    Cue(
        name="gives_orders",
        label="serious",
        weight=WEAK,
        repeats=0.4,
        curt=True,
        phrases="""
        ^ send|confirm|spell|detail|check|verify|calculate|recalculate|print|reschedule|record|
        register|authorise|authorize|reserve|reimburse|provide|state|read|quote|list|reissue|
        correct|deliver|cancel|forward|give|arrange|submit|ensure|return|replace|amend|update|
        advise|note|acknowledge|proceed|remove|book|transfer|issue|stop|use|copy|attach|invoice|
        release|credit|close|block|notify|report|answer|reply|respond|supply|resend|process|
        complete|include|collect|leave|have|dispatch|charge|debit|schedule|number|name|specify|
        limit|direct|address|contact|hold|refund|sign|withdraw;
        ^ the|amount|date|name|number|status amount|date|name|number|status|balance|reference|title|
        of|on of|on|and; and copy|cc|confirm|report|revert|send|reissue;
        by noon|midnight|#|monday|tuesday|wednesday|thursday|friday|17|5|close|end|12|tomorrow $;
        before noon|#|5|9|monday|friday|close|17; deadline; until then $;
        understood|noted|received|agreed|correct|today $; next question|item|point|$;
        same|usual address|terms|account|rate $; will not wait; not wait; numbered; itemised;
        itemized; first _ second _ third; driver; immediately; at once; in that order;
        in original|full; nothing else|further|more is|will|to|$; that is|will be? all;
        do not|dont phone|call|ring|contact|visit|copy|add|include|deviate;
        by|before email|post|letter only
        """,
    ),
    Cue(
        name="plain_formality",
        label="serious",
        weight=HINT,
        phrases="""
        regards $; dear sir*|madam|mr|mrs|ms|dr; sir; madam; sincerely; faithfully; i await;
        awaiting; confirm; figures; invoice; reference; amount; contract; immediately; attached
        """,
    ),
)
