"""English phrases that go against a rule, in the notation of `routing.phrases`."""

from types import MappingProxyType
from typing import Final

from routing.tone.wording import Wording

ENGLISH: Final = Wording(
    phrases=MappingProxyType(
        {
            "joke": """
            haha*; hahah*; hehe*; lol; lmao; rofl; just|only kidding|joking; i|im kidding|joking;
            joke aside; jokes aside; knock knock; pun intended; pun not intended; funny story;
            heres|here a|one joke; want to hear a joke; here is a joke; guess what; does|do not|nt
            bite; doesnt|wont bite; gremlins; must|may have been drunk; hungover; on the bright
            side
            """,
            "endearment": """
            my dear*; dear friend; hi|hello|hey|thanks|sorry dear; my friend; sweetie; sweetheart;
            sweetie*; darling; darlin; honey|hun|love|mate|buddy|pal|bro|dude|babe $; hun; babe;
            buddy; bro; dude; hey|hi|hello|thanks|cheers|sorry|ok|okay
            mate|honey|love|pal|bud|lovely; xoxo; xx $; big hug*; hugs; lots of love; youre|you are
            a|an star|angel|legend|gem|sweetheart
            """,
            "kiss": "xoxo; kisses; babe; lots of love; love you; i love you; sweetheart; darling",
            "small_talk": """
            how are you $|today|doing|feeling|keeping|this|these; how are things; hows|how is
            things|life|everything|business|family; hows|how is|was the|your
            weather|weekend|day|holiday|holidays|vacation|family|week|morning; how did your
            weekend; lovely|beautiful|nice|terrible|gorgeous|awful weather|day|morning outside|
            here|today|out?; what lovely|beautiful|nice weather; enjoying the|this|your
            weather|sunshine|sun| weekend|summer; hope you had|have _
            weekend|holiday|christmas|easter|morning|evening; hope your weekend|week|day|holiday;
            did you see|watch the match|game|football|final; any plans for the weekend; any plans
            for your; happy friday; happy monday; its friday; what a week; what a day; what weather
            """,
            "upselling": """
            while youre|were here|at|on; while you are here; while we are at it; you might|may|will
            like|love|enjoy our|this|these; you might|may|would also like|love| enjoy|be; may|can i
            interest you; could i interest; might be interested in our; may be interested in our;
            have you considered|thought upgrading|our|about; special|limited|exclusive
            offer|deal|promotion; by the way our|we _ new|sale|offer*|discount*|off;
            customers|people also bought|buy| like; upgrade to our|the
            premium|pro|plus|gold|new|latest; our brand new; our newest; our latest
            model|range|product|collection; take advantage of our; add _ for only|just #?; on sale
            right|this
            """,
            "irony": """
            what a surprise; how surprising; surprise surprise; arent you; congratulations on
            finding|spotting; bravo; sherlock; eagle eye*; hawk eye*; yet another
            complaint|fault|issue|problem|remark|point; here we go again; anything else to
            complain; anything else youd|you like|wish|want to complain; nobody|noone else
            has|ever|complain* _; no one else has|ever|complain* _; no other customer|customers
            has|have|complain* _; you are|youre the first|only one|person|customer ever|to|who _
            complain*|mention*|notic*|find|finds|found|see| sees; im|i sure youll|you|will _ find _
            else|more|something; of course its|it is|was never|all|our; as always you|with; gold
            medal; shall we frame|send you a medal; only you; with your taste; if you look|search
            hard|long|closely enough; perfect world; clearly we|nothing|you know|are|satisf* _; how
            terrible; poor you; i see nothing is|was|ever|will; nothing is ever good; never
            satisfied; hard to please
            """,
            "defence": """
            is|are|was|were not|nt|isnt a|our|really fault|defect|flaw|problem|error|mistake;
            isnt|wasnt|arent a|our| really|an fault|defect|flaw|problem|error|issue; no fault of
            ours; not our fault; is|are|was completely| entirely|perfectly|quite|absolutely
            normal|standard|fine|intended; is normal; are normal; is by design; by design; within _
            tolerance*|specification*|limits; not correct; incorrect; is wrong; you are|youre
            wrong| mistaken; is simply not true; not true; untrue; is intentional; exactly as
            described|advertised|shown| ordered|it should; as described in; nobody else; does not
            count as; doesnt count as; we did nothing wrong; you must have; you should have; is
            nothing wrong; there is nothing wrong; theres nothing wrong; is not true; is not a
            fault
            """,
            "promise_of_perfection": """
            be|is|are|works|work|run|runs|arrive|arrives
            absolutely|completely|totally|simply|just|now|100%? perfect|
            perfectly|flawless|flawlessly|faultless; perfect condition|quality|order|state;
            flawless*; faultless; without _ single|slightest fault|flaw|defect|mistake|scratch;
            free of|from any|all fault*|flaw*|defect*; 100%
            perfect|reliable|guaranteed|satisf*|flawless|fault|error|sure|happy; 100 percent
            perfect|reliable| guaranteed|satisf*|sure; never|not
            break|fail|happen|disappoint|go|have _ again|wrong|down|fault|problem; nothing
            will|can|could ever? go wrong; no|zero faults|flaws|defects|mistakes
            whatsoever|at|ever|anymore; perfection; error free; fault free; guarantee _
            never|nothing|no|perfect
            """,
            "pressure": """
            only|just for? today; today only; last chance|call|opportunity|one|day;
            offer|deal|price|sale|discount ends|expires|runs _
            today|tonight|tomorrow|soon|midnight; offer|deal|price|sale|discount is|will _
            gone|over; hurry; act|order|buy|decide|book|sign| pay
            now|today|immediately|quickly|fast; decide by|before _
            today|tonight|tomorrow|noon|evening|too; you|must|need|have to?
            decide|make|order|sign|confirm now|today|your|up _ now|today|mind|immediately; make up
            your mind; before its|it too|is gone|late|too; only a|# few|one|two|three left;
            only|just one|two| three|four|five|few|1|2|3|4|5|6|7|8|9 left|remaining; dont
            miss|wait|hesitate; wont last; will|going|about|to be? gone; selling|going fast; now or
            never; other|another customer|customers|buyer|buyers| people are|is _
            interested|waiting|looking|ask*; limited time|stock; time is running; i need your
            answer|decision|confirmation; what are you waiting; why are you hesitating
            """,
            "option": """
            option*; choice*; choose; alternative*; pick; either; select; variant*; package*; plan;
            plans; model; models; version*; bundle*; tariff*; could also; or you
            """,
            "many_options": """
            many|several|various|numerous|plenty|lots|dozens|different|four|five|six|seven|eight|
            ten|4|5|6|7|8|9|10|12|15|20 of? our? different? options|choices|models|alternatives|
            plans|packages|versions|variants|colours|colors| tariffs|bundles; wide|large|huge|whole
            range|selection|choice|variety of|to; endless|unlimited|so many
            possibilities|options|choices; the choice is yours; up to you which
            """,
            "as_i_said": """
            as|like i|we already|just|previously|have|ve|had?
            said|told|mentioned|explained|wrote|stated|pointed|noted; as|like i|we
            said|told|mentioned|explained|wrote|stated|noted|indicated; as
            already|previously|repeatedly| stated|mentioned|explained
            said|mentioned|explained|stated|told|above|before|earlier|previously?; i|we|ive|weve
            already|repeatedly said|told|explained|mentioned|answered|wrote|sent you?; i|we have
            already|repeatedly said| told|explained|mentioned|answered; ive|i have told you; how
            many times; once again i; i repeat; to repeat; again as i; asked|answered this
            already|before; you asked that|this already|before; per my last; as per my
            """,
            "discount": """
            give|offer|grant|get|have|do|take|make you? _ discount|off|%|rebate|reduction; discount
            of #|up|10|15|5|20; #|5 %|percent off|discount|reduction; 5%|# reduction; 5%|#
            off|discount; lower|reduce|drop|cut|bring|knock|round the|our|your| it|this|that|down?
            price|down|fee|cost|bill|invoice|#; let|give you have|it|this it|this|that? for #;
            yours for #; can|could|will|ill go|come down|as|lower to|low; meet|meeting you
            half|halfway|in; waive|waiving the; free delivery|shipping|installation|accessory|case;
            throw|throwing in a|the|free|some; knock|knocking _ off
            """,
            "for_something": """
            if; when you; provided; in return; in exchange; on condition; with an?|every order; for
            orders; for an order; or more; once you; as soon as you; unless; minimum; at least;
            more than; from two|three|four|five|ten|2|3|4|5|10 units|pieces|on|upwards; with a
            two|three|one|twelve|24|12|longer; pick up yourself; pick it up; picking up; collect*
            it|yourself; pay* in|cash| advance|today; instead of delivery; yearly; annual*; for
            two|three|a year|years|longer
            """,
            "later": """
            next week|month|year|sale|season|spring|summer|autumn|winter; from
            monday|tuesday|wednesday|thursday|friday| saturday|sunday|january|february|march|april|
            may|june|july|august|september|october|november|december|the|next; starting|starts;
            coming sale|week|weeks|month|months|days; black friday; end of season; in
            january|february|march| april|june|july|august|september|october|november|december|
            spring|summer|autumn|winter; on monday|tuesday|
            wednesday|thursday|friday|saturday|sunday; newsletter; already|earlier|you
            got|included|includes
            """,
            "offence": """
            insult*; offend*; offensive; are you serious|joking|kidding; you must be
            joking|kidding; bazaar; flea market; take it or leave; ridiculous; laughable; charity;
            stop haggling|bargaining|asking; cheapskate; cannot|cant afford _; waste|wasting of?
            my|our time; go|shop|buy elsewhere|somewhere; fed up; how dare; shame on; if you dont
            like it|the|our _ leave|go|elsewhere|fine; not my problem; find another
            shop|supplier|company; out of the question; dont you dare; enough with|of|already;
            greedy; stingy
            """,
            "stock_phrase": """
            your call|message|opinion|feedback|satisfaction|business is|are
            very|highly|extremely|so? important|valued| appreciated; apologi* for any|the
            inconvenience; sorry for any inconvenience; inconvenience caused|this; thank you|thanks
            for contacting|reaching|calling|writing us|to|out|in?; thank you for your
            message|patience|understanding|enquiry| inquiry|email|mail|interest; valued customer*;
            dear customer*; please be advised|informed; we appreciate|value your; your
            request|enquiry|inquiry|ticket|message|complaint|case has|was|is been?
            received|logged|registered| forwarded|noted|important; do not|dont hesitate to; rest
            assured; at your earliest convenience; look* forward to serving|hearing; we
            strive|endeavour|endeavor to; customer satisfaction is; is our top|highest priority;
            assist* you further|in; anything else i|we can
            """,
            "rushing": """
            i have|need|got to go|run|rush|hurry; in a hurry|rush; make it|this short|quick|brief;
            be quick|brief; keep it|this short|brief|quick; no|not|little enough? time
            for|to|right|now|today; dont have _ time; short on time; very|really| quite|too|so
            busy; busy right|today|now; other|more customers|people|callers|tickets|calls _ wait*;
            get|getting this|it over|done|out; lets|let us be quick|brief; hurry up; quickly
            please; only a minute|moment|second; got to go; gotta go|run; straight to the point
            """,
            "bookish": """
            hereby; herewith; heretofore; hereinafter; thereof; thereto; therein; aforementioned;
            aforesaid; pursuant to; undersigned; kindly revert; kindly do the needful; do the
            needful; henceforth; notwithstanding; whereupon; esteemed; we beg to; it behoves;
            whilst we endeavour; inasmuch; vouchsafe; please find enclosed herewith; duly noted
            and; per your esteemed; same shall; forthwith; perusal
            """,
            "insult": """
            idiot*; stupid*; moron*; imbecile*; dumb; dumbass; asshole*; arsehole*; jerk; bitch*;
            bastard*; crazy; insane; lunatic; psycho*; nutcase; nutter; nuts; liar; lying;
            cheapskate; stingy; greedy; whin*; nuisance; annoying; insufferable; unbearable;
            pathetic; ridiculous; scum; loser; retard*; pain in the|my; old hag|fool|bat|man|woman;
            fool; foolish; ignorant; clueless; hysterical; drama queen; karen; fat; ugly; slow in
            the head; a troll; rude; obnoxious; disgusting; creep*; cretin; dimwit; time waster;
            timewaster; trouble maker; troublemaker
            """,
        }
    ),
    denials_before=(
        "no not never dont doesnt didnt cannot cant wont isnt arent wasnt without nothing nobody "
        "none neither nor unable refuse wouldnt shouldnt neednt havent rather"
    ),
    denials_after="",
    or_words="or",
)
