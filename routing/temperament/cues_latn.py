"""Signs of bargaining, hesitation and fault-finding in Persian written in Latin letters."""

from routing.temperament.values import HINT, MIDDLING, STRONG, WEAK, Cue

CUES = (
    Cue(
        name="asks_lower_price",
        label="haggler",
        weight=STRONG,
        deniable=True,
        phrases="""
        akharesh chand*|cheghad*|chie|chi|hamine; akhar* gheymat*|gheimat*; tahesh chand*|cheghad*;
        harfe akhar; harf akhar*; gheymat*|gheimat* akhar*|akharo|nahayi|nahai; kame* kon*|mikon*;
        kam kon*|mikon*|nemikon*|she|mishe|nemishe|bokon*;
        kamtar bede*|bedin|hesab|nemishe|mishe|midi*|nadare|az|bedid|begir*;
        arzun*|arzoon* hesab|bede*|bedin|kon*|tar|mishe|nemishe|midi*|midin; arzuntar; arzoontar;
        paiin|paein|payin|pain bia*|miai*|miad*|miay*|biain|tar;
        rah bia*|miai*|biain|biayn|miay*|biaeed; kutah|kootah bia*|biain;
        takhfif bede*|bedin|bedid|midin|midid|midi*|nemidin|nemidid|nadare|begir*|khubi|hesabi|
        vizhe|nade*|nadin|bishtar|bezan*; rond kon*|hesab|konid|konin|sh; rondesh; sarrast;
        nesf* nesf*|hesab|begir*|kon*; chune; chooneh; choone; chand midi*|midin|midid|hesab|badam;
        ba ma|man rah|kenar; qabule|ghabule|qabul|ghabul|hasti ?; moamele* _;
        gheymat*|gheimat* _ kam|paiin|beshkan*|paein|ja|jaye; jaye chune|takhfif;
        ye|yekam|yeki kam|kami|khorde|zare _ rah|paiin|paein|kamtar|arzun*|arzoon*|takhfif|kam;
        hesab|heshaab|hesaab konid|kon|konin _ moattal|ke|ta|hamun|hamin;
        hamun|hamoon _ hesab*|heshaab*|hesaab
        """,
    ),
    Cue(
        name="counter_offer",
        label="haggler",
        weight=STRONG,
        phrases="""
        # midam|mikharam|barmidaram|mibaram|naghd|khube|hesab|bede*|bedin|bedid|ghabul*|qabul*|
        tamum*|bebandim|razi*|okeye|bezan*|mishe|nemishe|mikhamesh;
        # _ midam|mibaram|ghabule|ghabul|bede|bedin|hesab|naghd|tamum*|khube|bebandim;
        # tomen|toman|tuman|hezar|t _ bede*|midam|hesab|khube|?;
        bish*|bishtar az # _ nadaram|nemidam|nemitunam; budje* _ #; faghat # daram|midam|mitunam;
        man|nahayat*|hamin #; be # _ razi|bede*|hesab|midi*; ta # _ midam|mitunam;
        ham shoma _ ham man
        """,
    ),
    Cue(
        name="rival_as_lever",
        label="haggler",
        weight=STRONG,
        phrases="""
        raghib*|digikala|divar|torob _ #|kamtar|arzun*|arzoon*;
        maghaze*|mahaze|forushgah*|sherkat*|saite|site|jaye|jaie|baghali|rubero*|hamsaye* __ #|
        arzun*|arzoon*|kamtar|nesf*|mide*|midan; shoma ham #; hamun gheymat*|gheimat*;
        moshtari* ghadimi*|sabet*|hamishegi*; moshtari* _ hava*|takhfif|arzun*;
        # sale|sal _ moshtari*; hava* _ dashte|dar*|bash*;
        3|se|do|2|chand hafte|ruz|rooz _ jashnvar*|haraj*|eyd*; jashnvar*|haraj* _
        """,
    ),
    Cue(
        name="wants_extras_free",
        label="haggler",
        weight=STRONG,
        deniable=True,
        phrases="""
        rush|roosh bezar*|bede*|mizar*|bedin|bezarin|hedye; ashantion*;
        hedye _ bezar*|bede*|mizar*|rush|bedin|nadare;
        majani _ bede*|kon*|bashe|hesab|bedin|nemishe;
        raygan _ bede*|kon*|bashe|hesab|bedin|nemishe|ersal|befrest*; kenaresh ye*|bezar*;
        mehmun|mehmoon|mehmune shoma*|ma; paye shoma*|khodetun*; hazine* _ hazf|nagir*|ba|majani;
        nagirin|nagirid dige; do|2|dota ta? code|cod|takhfif; code _ ba ham; agar|age # ta _;
        age do|se|dota|chandta|hame|naghd|yekja _; yekja|naghd* _
        """,
    ),
    Cue(
        name="discount_named",
        label="haggler",
        weight=WEAK,
        deniable=True,
        phrases="""
        takhfif*; darsad; gerun*; geroon*; geran*; haraj; arzun*; arzoon*; ensaf*; khodayi|khodaei;
        marami; june man; jashnvar*; # ?; dige ?
        """,
    ),
    Cue(
        name="haggling_hint",
        label="haggler",
        weight=HINT,
        phrases="""
        gheymat*; gheimat*; chande; chand; pul*; pool*; tomen; toman; budje*; hazine*
        """,
    ),
    Cue(
        name="doubt_said",
        label="hesitant",
        weight=STRONG,
        phrases="""
        nemidunam|nemidoonam|nmidunam|nemidonam|nmidonam _ chikar|chi|kodum*|kodoom*|begiram|
        bekharam|beram|vala|vagean|tasmim|chika|bekhamesh;
        motmaen|motmaenn nistam|nisam|nemisham|nashodam; shak daram|kardam|oftad*; tardid*; do del*;
        dodel*; do be shak; mordad*; mardad*; gij shodam|shodim|kard*; gijam;
        mundam|moondam|mundim|moondim _; beyne|bein|beine do|in|2|chand*;
        tasmim* _ nagereft*|begiram|sakht*|nemitunam|avaz|nagiram;
        nemitunam|nemitoonam _ tasmim*|entekhab*|del; entekhab* _ sakht*|nemitunam|konam; sakhtame;
        barm|baram sakhte; delam _ nemiad|shur|mige|shoor|saf; fekr konam _;
        bayad _ fekr|bebinam|mashverat; bezar* _ bebinam|fekr|farda; bishtar fekr;
        hanuz|hanooz _ tasmim|motmaen|fekr|nemidunam|nafrest*|nazan*|na; ^ shayad|ehtemalan $;
        shayad aslan|nakham|ham|behtar|nagiram|nakharam|badan|montazer|farda;
        ghati nist*|nakon*|nashe; estekhare; hey mig*|mikh*|nazaram|avaz;
        chikar|chekar konam|konim|mikonam; ye ruz|rooz|bar migam|mikham
        """,
    ),
    Cue(
        name="fears_regret",
        label="hesitant",
        weight=STRONG,
        phrases="""
        pashimun*|pashimoon*|pashiman*|stress*|esteres* _; mitarsam; tarsidam; nakone; nakoneh;
        eshtebah _ konam|nakonam|bashe|mikonam|kardam; kare dorost*; doroste ya|in|karam;
        negaran*|negarnam _ eshtebah|bad|pashim*; hol kardam|shodam; badan _ pashim*; zarar nakonam;
        beram jolo; age _ khosham|bad|kharab|nashod|nakhast*|pashim*|eshtebah
        """,
    ),
    Cue(
        name="asks_others_to_decide",
        label="hesitant",
        weight=STRONG,
        phrases="""
        jaye man _ budi*|budin|budid|bashi*|bashin;
        shoma|khodet|khodetun|khodetoon|to _ budi*|budin|budid|bud|boodi*|boodid|bood _ chi|kodum*|
        migofti*|migereft*|chikar|mikharid*|?;
        bache|bachche|bachehe|mamane|madare khodet*|khodetun*;
        be nazar* shoma|khodet*|et|etun|etoon|bekharam|beram|begiram; benazaret*;
        nazaret* chie|chiye; nazar* shoma;
        kodum*|kodoom* _ behtare|begiram|bekharam|bardaram|khube|pishnahad|beram;
        shoma begin|begid|begu|tasmim|entekhab; to begu;
        bekharam|begiram|beram|bardaram|bemunam|sabt|sabr ya; bekharam|begiram ?;
        khanumam|khanomam|shoharam|zanam|mamanam|madaram|babam|hamsaram|baradaram|khaharam|dustam|
        bacheha _ mige|migan|movafegh*|mokhalef*|mikhad|razi*;
        ba khanumam|shoharam|hamsaram|mamanam|khunevade|khanevade _; mashverat|beporsam _;
        bezar beporsam; khialam|khiyalam _ rahat; ghaneam|razim kon*
        """,
    ),
    Cue(
        name="asks_again",
        label="hesitant",
        weight=STRONG,
        phrases="""
        dobare|bazam|baz _ miporsam|beporsam|soal|manam|check|motmaen|begin|begid|befrest*;
        ye|yek bar|dafe dige*; midunam|midoonam _ porsidam|gofti*|goftin|goftid; ghablan _ porsidam;
        motmaenin|motmaenid|motmaeni; motmaen basham|besham|sham;
        goftin|goftid|gofti _ dige|dorost* ?; dorost* ?; hatman _ dige|hatman ?; sad dar sad;
        ye soale* dige*; akharin soal*; bare|dafe sevom*|chandom*|chaharom*; vaghean _ ?
        """,
    ),
    Cue(
        name="yes_then_no",
        label="hesitant",
        weight=STRONG,
        phrases="""
        nazaram* avaz*|bargasht*; monsaref*; na sabr|vaysa*|velesh|hamun|hamoon|na|bezar*;
        sabr kon* _; vaysa* _; dast negah*; velesh kon*; bale|are|ya|begir* na;
        bashe _ vali na|shayad; hamun avali*|ghabli*; laghv* _ na|nakon*|dobare;
        sefaresh dadam _ vali|bad; migam _ bad|baz _ na
        """,
    ),
    Cue(
        name="keeps_it_open",
        label="hesitant",
        weight=STRONG,
        phrases="""
        negah|negahesh|negar dar*|midar*|darin|darid; negahdar*;
        baram|vasam|barm _ negah*|kenar|rezerv*|reserve; kenar bezar*|bash*|bezarid;
        felan _ nafrest*|sabt|nazan*|nakon*|dast|bash*|sabr|negah|na|ghati;
        hanuz|hanooz nafrest*|nazan*|sabt; ersal|ghati nakon*;
        ye|yek|do|2|chand ruz|rooz|hafte|shab|mah|moddat dige*|bishtar|mohlat|vaght|forsat|fekr _;
        mohlat _; vaght|forsat mikham|bedin|bedid|lazem;
        akhare|akhar hafte _ malum|maloom|khabar|migam; khabar* midam|mikonam|bedam;
        malum|maloom mishe|nist|konam; bezar* _ bebinam; bebinam chi*|che;
        bad az|ta eyd|hafte|emtehan*; felan dast*; ye gheymat* dige*
        """,
    ),
    Cue(
        name="what_if",
        label="hesitant",
        weight=MIDDLING,
        phrases="""
        age __ chi|chikar|che ?; va|vali|hala|ama age|agar; farz kon*; ye vaght; yevaght; age yeho
        """,
    ),
    Cue(
        name="hedges",
        label="hesitant",
        weight=WEAK,
        phrases="""
        shayad; ehtemalan; nemidunam; nemidoonam; nemidonam; nmidunam; vala; felan; badan;
        khabar midam; fekr; entekhab; tasmim*; sakhte; negaran*; sabr; kodum*; kodoom*; miarze;
        mi arze; hala bebinam; ya; ay|ey vay
        """,
    ),
    Cue(
        name="hesitation_hint",
        label="hesitant",
        weight=HINT,
        phrases="""
        vali; ama; age; agar; akhe; baz; hanuz; hanooz
        """,
    ),
    Cue(
        name="generalises",
        label="fault_finding",
        weight=WEAK,
        phrases="""
        tebghe|tebgh|tabghe|tabgh|tabagh mamul|mamool*|maamul|maamool; mese|mesle|mes hamishe;
        az shoma hamin*; hamin entezar*; entezari*|hichvaght|taze|kash|heyf* _; har bar|dafe* _ ye*;
        hamishe ye*|hamin*; hichi* _ dorost|sare; shahkar*; ki neshaste|gofte|tarahi|entekhab _;
        kodum salighe*; masalan; afarin; che ajab; ahde bugh; hala nobat*|ham _; dar zemn;
        ye chize* dige*; khube|ghashange|doroste vali; hichkodum*; hichkodoom*; yeki* __ yeki* __;
        avali* __ dovomi*; chaharomi*; badesham; badam miad; in dafe*
        """,
    ),
    Cue(
        name="fault_hint",
        label="fault_finding",
        weight=HINT,
        phrases="""
        irad*; eib*; eyb*; naghs*; salighe*; eshkal*; eftezah; maskhare*; deghat
        """,
    ),
)

TASTE = """
kaj*; lagh; laghe; chorook*; choruk*; lak*; khaki*; gard; kader*; kamrang*; porrang; rang*; tire*;
narenji*; surati; soorati; banafsh; ghahvei*; ghahveyi; zard; jigh*; jir*; ghizh; telegh*; vez*;
khesh*; bugh; soot; nale*; seda*; bu|boo|bush|boosh|bui; shur*; shoor*; binamak*; bi namak; bimaze*;
shirine; torsh*; talkh*; khoshk*; seft*; shol*; le; zebr*; kohne*; ghadimi*; zesht*; font*; taypi;
typo; tayp; emlai*; emlayi; virgul*; bachegune; tang*; goshad*; nazok*; kolof*; sangin*; plastiki*;
yebarmasraf; kaghazi; ye kam|zare|khorde; ziadi*; ziad*; aghabe; pelk; lahje*; mu; moo; khat; khash;
varune; baraks*; chap*; musighi*; ahang*; logo; nur*; tarik*; baste*; robun*; bastebandi*; sard*;
garm*; velarm*; chasb*; tu zogh; rahnama; timer|taymer*; khonak*
"""

DEFECTS = """
kharab*; shekast*; tarak*; pare*; surakh*; nasht*; gom; kam dare; kame; nadasht; nadare; nadarad;
nabud; nist; nistan; nemishe; nemikhore; nemiad; nemide; nemikone; nemichasbe; eshtebah*; ghalat*;
dir*; kond*; sukht*; sookht*; kham; daagh*; naghes*; jamunde; munde; gir; ghat*; kasif*; bi adab*;
birabt*; kuchik*; kuchak*; bozorg*; kutah*; boland*; paiin*; gerun*; leng*; oftad*; khali*
"""
