"""Signs of warmth and of distance in Persian written in Latin letters."""

from routing.temperament.values import HINT, MIDDLING, STRONG, WEAK, Cue

CUES = (
    Cue(
        name="endearment",
        label="warm",
        weight=STRONG,
        phrases="""
        azizam; aziz; azize|azize* delam|dele*; junam; joonam; janam;
        june|joone del*|delam|to|shoma|man; golam; gole man|golab; jigar*; jigaram;
        ghorbunet*|ghorbanet*|qorbunet*|ghorboonet*|ghorbonet*|elahi|dowret|doret|dorat|doretun _;
        ghorbunetun|ghorboonetoon beram|besham; ghorbune|ghorboone shekl*|del*|un|oon|mehr*|seda*;
        fadat; fadaye|fadae to|del*|mehr*|khodet|mohab*; fadatun; fadatam; begardam; nokaretam;
        nokaretim; chakeretam; chakeretim; chakerim; chakeram; mokhlesetam; mokhlesetim; mokhlesim;
        mokhlesam; dame|damet|damesh|dameshun|dametun|dametoon|dam _ garm*; dametgarm; dadashi;
        dadash|dokhtar|pesar gol*; abji; refigh; rafigh; eshghi*; eshgham; mahi be*; mahin; mahid;
        khayli|kheyli|kheili mah*|gol*|nazanin|bahal*|agha*; goli be|to; fereshte*;
        kheyr|kheir bebini*|bebinin; khoda _ hefz*|negah*|kheyr*|omr*|salamat*; khoda hefzet*;
        omret*; delet* shad|khosh|garm; deletun|deletoon shad|garm; boos*; bus*; mibusamet*;
        miboosamet*; mach; baghal; mehrabun*|mehraboon*|mehraban* man|tarin; bahal*;
        doa* _ mikon*|kard*|gu*; eydet*|eidet*|tavalod*|tavallod* _ mobarak*; mobarak bashe;
        nowruz*|norooz*; maman joon*|joonet*|junet*|jun; ye done*; yedune*
        """,
    ),
    Cue(
        name="affectionate_thanks",
        label="warm",
        weight=STRONG,
        phrases="""
        ye donya|donia; az tahe|samime del*|ghalb*; ashkam|sedat*|sedatun|mohabat* _;
        gerye* _ khoshhali|shogh|oftad*; ruzam*|roozam* _ sakht*|roshan; haletun;
        haalam* _ khub kard*; delam _ garm|shad|roshan|tang*|vaz|baz; deltang*; delam tang*;
        khubit* _ yadam|faramush; mese|mesle khanevade|khahar*|baradar*|dokhtar*|pesar*|madar*;
        labkhand*; madyun*; baz|bazam shoma*; faghat zang _;
        zang zadam _ tashakor|begam|haletun|faghat; khastam begam; yadet* _ budam|oftadam;
        jat*|jatun khali*; kheyli|kheili khoshhal* _ shoma*|to; nafar _ zadam ta _ shoma|to
        """,
    ),
    Cue(
        name="interest_in_agent",
        label="warm",
        weight=STRONG,
        phrases="""
        halet* _ khube|chetore|behtare|khubi; haletun|haletoon _ khube|chetore; che khabara;
        khodet khubi|chetori; khubi|khoobi|chetori|chetorin ?; ahval*;
        nahar*|chai|chayi _ khord*|bokhor*; shaam khord*; esterahat kon*|konid|kard* _;
        khastat|khastatun|khastet*|tabrik* _; movazeb|movazebe|moraghebe|moragheb khodet*|bash*;
        sarma nakhor*|khord*;
        mamanet*|madaret*|babat*|bachat*|bache*|dokhtaret*|pesaret*|khanevade* _ khube|chetore*|
        behtare|khuban|salam; emtehan* _ chi*|ghabul|dadi|chetor;
        arusi*|aroosi* _ key|kei|khosh|chetor|mobarak; safar* _ khosh|chetor;
        salam _ beresun*|beresoon*|beresan*|miresun*|miresoon*; khosh gozasht*|begzare;
        yadetune|yadetoone|yadete _ man*|?; shift* _ tamum
        """,
    ),
    Cue(
        name="own_life",
        label="warm",
        weight=MIDDLING,
        phrases="""
        pesaram|dokhtaram|naveam|navam|bacham|madaram|mamanam|pedaram|babam|khanumam|shoharam|
        gorbam|gorbeam|sagam|madarbozorgam _ yad|rah|dandun*|donya|tavalod*|arusi*|goft|mige|
        mikhande|khandid*|zogh|ashegh*|salam|doa*|raghs*|avalin|ghabul*; be donya; tanha zendegi;
        navam; naveam; bazneshast*; ax|aks* _ bebin|ferest*;
        keyk|sup|soup|ash|shirini|moraba _ pokht*|mipaz*|barat*; shirini|davat*|daavat* _;
        barat*|vasatun|vasat _ avordam|miaram|pokhtam|mipazam|gozashtam|keyk|shirini;
        mehmune|mehmoone man*|mani*; biain|bia|biayn khune*|khoone*|pishe*|ye;
        ye chai*|nahar*|sham*|bastani* _ talab*|mehmun*|baham|pishe*; dare khune* _ baz*;
        gole|gol _ baratun
        """,
    ),
    Cue(
        name="joke_or_tease",
        label="warm",
        weight=MIDDLING,
        phrases="""
        khande*; az khande; rum|room nemishe; hafeze* _ mahi; pir shod*; khengam|gijam man;
        shukhi*|shookhi*; sheytun*; nagola; baz|bazam man*; soale* kuchulu*|kuchik*|alaki; kuchulu*;
        koochooloo*; vaay; vay; bazam shoma; divune*; divoone*; hads bezan*
        """,
    ),
    Cue(
        name="familiar_tone",
        label="warm",
        weight=WEAK,
        phrases="""
        jun; joon; jan; juun; mehrabun*; mehraboon*; khoshgel*; eshgh; ajale* nist|nadar*|nakon*;
        sare forsat; har vaght tunest*|shod|khasti*; saretun|saretoon sholugh*; bacheha; dadash;
        khahar; dust*|doost* dar*; zogh*; ishala; ishalla; inshala; damet; mersi* _; ghashang*;
        salam _ be
        """,
    ),
    Cue(
        name="officialese",
        label="serious",
        weight=WEAK,
        repeats=1.0,
        phrases="""
        gardad; migardad; gardid; nemayid; nemaeed; namayid; farmayid; farmaeed; befarmaeed;
        moghtazi; khaheshmand*; peyro; movarekh*; injaneb*; bedinvasile; estehzar; mostahzar;
        be ettela|etela; eblagh*; marateb; ehteraman; mazbur; mazkur; motabegh|motabeghe;
        tebgh* band|gharardad*; bar asas*; mofad; band; tabsare; eghdam; dastur|dastor; serfan;
        manut; mazur; katbi*; maktub*; runevesht; khoddari; parhiz; elam shavad|gardad|konid;
        ersal shavad|gardad|konid|farmayid; tahvil|pardakht|anjam shavad|gardad; taeed shavad; erae;
        jahat*; dar khosus*; adam*; vosul; mibashad; nemibashad; ejra; ebtedayi|ebtedaei;
        hadde aksar; hadeaksar; zarf* #; lahaz; moshakhas; besurat*
        """,
    ),
    Cue(
        name="refuses_small_talk",
        label="serious",
        weight=STRONG,
        phrases="""
        lazem nist|nabud|nadare; lozumi|lozoomi nadarad|nadare|nist; niazi nist|be; niyazi nist;
        zarurat* nadarad|nadare; rabti nadarad|nadare|be;
        bedune|bedoone taarof*|moghadame*|hashie|shukhi; bi taarof|moghadame;
        sare|sar asle|asl matlab*; asle matlab; hashie naro*|narid; taarof* nakon*|lazem|ro;
        shukhi|shookhi nadaram|nakon*|nadarim; ahle shukhi|taarof|gap; vaght nadaram|nadarim;
        vaghtam*; faghat be|pasokh*|javab*|adad|ragham|tarikh|mablagh|katbi|email;
        serfan pasokh*|be; bale ya kheyr|kheir|na; dar yek jomle|khat|kalame;
        kutah|mokhtasar|kholase konid|begid|bashad|befarmayid|benevisid|javab;
        nazar* _ lazem|nakhast*|naporsid*; naporsidam; ozrkhahi _ lazem|nist;
        emoji|sticker nafrest*|lazem|nazar*|estefade; esme kuchak|koochak; ba esm*;
        khatab nakon*|konid; tamas _ nagirid|nagirin|ezafe|telefoni|lazem; zang nazan*;
        hamin va bas; valsalam; dust|doost* shoma nistam
        """,
    ),
    Cue(
        name="gives_orders",
        label="serious",
        weight=WEAK,
        repeats=0.4,
        curt=True,
        phrases="""
        konid|nakonid|dahid|befrestid|begooeed|beguid|nagirid|begirid|benevisid|bekhanid|bedahid|
        shavad|baadi $; ersal konid; ta saat|farda|payan|shanbe|doshanbe|zohr|asr _; hadeaksar ta;
        be tartib; adad*|tarikh*|mablagh* daghigh; fori; foran; sarresid; mande hesab; laghv shavad
        """,
    ),
    Cue(
        name="plain_formality",
        label="serious",
        weight=HINT,
        phrases="""
        ba salam; ast; mohtaram; shomare; tarikh; mablagh; madarek; gharardad; pasokh; ra
        """,
    ),
)
