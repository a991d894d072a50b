"""Phrases in Persian with Latin letters that go against a rule: see `routing.phrases`."""

from types import MappingProxyType
from typing import Final

from routing.tone.wording import Wording

LATIN_PERSIAN: Final = Wording(
    phrases=MappingProxyType(
        {
            "joke": """
            haha*; hehe*; hahah*; khkh*; lol; shukhi kardam|kardim|mikonam|bud; shookhi
            kardam|mikonam; joke; jok; ye joke|jok; az shukhi gozashte; gaz nemigire*
            """,
            "endearment": """
            azizam; aziz del*|man; azizdelam; jigar*; golam; gole man; ghorbunet*; ghorboonet*;
            ghorbanet*; ghorbunetun; fadat; fadatun; fadaye shoma|to; dadash*; abji*; refigh*;
            rafigh*; mokhlesim; mokhlesam; chakerim; chakeram; nokaretam; damet garm; dametun garm;
            dametoon garm; eshgham; bus*; boos*; junam; joonam; janam; nazaninam; khoshgelam; azize
            del*|man
            """,
            "kiss": "bus; boos; bus bus; eshgham; jigar*; khoshgelam; mibusamet",
            "small_talk": """
            che khabar*; halet|haletun|haletoon|haletan chetor*|khube|khoobe; hale shoma
            chetor*|khube|khoobe; chetori ?; chetorid|chetorin ?; khubi ?;
            khubid|khubin|khoobid|khoobin ?; khosh gozasht*; hava _ chetor*|khube|garm*|sard*|ali;
            che havay*; tatilat khosh; akhar hafte khosh; akhare hafte* khosh*; khanevade
            khuban|chetoran; jatun khali; bazi _ didid|didin
            """,
            "upselling": """
            pishnahad* vizhe|vije; jashnvare*; ta injaid|injain; shayad _ alaghe*; ertegha be
            noskhe|tarh|model|plan; mahsul|mahsule| model|modele jadid* ma|mun; rasti _
            takhfif|jashnvare|mahsul*|pishnahad; haraj; forush* vizhe|vije
            """,
            "irony": """
            che ajab; bazam irad|shekayat; baz ham irad|shekayat; shoma ke hamishe|hame; shoma
            hamishe _ irad*|narazi; irad* badi; bani esrail*; dige chi; hichki joz|gheyr _ shoma;
            hich ki|kas _ shekayat*|irad*; kasi joz|gheyr shoma; afarin be; cheshm* ma roshan;
            cheshmemun roshan; mashalla* _ irad*|deghat*; medal; karagah; hichvaght razi; faghat
            shoma _ irad*|shekayat*
            """,
            "defence": """
            irad|eyb|naghs|moshkel nist|mahsub; tabi'ie; tabiie; tabiye; tabi'i; kamelan
            tabii|tabi'i|adi|dorost|salem; adie; taghsir* ma nist; taghsir* khod*|shoma; dorost
            nist; eshtebah mikonid|mikonin|motevajeh; hagh ba shoma nist; tebgh|motabegh
            moshakhasat| standard|sefaresh; moshkeli|iradi|eybi nadare|nist; hich
            moshkeli|iradi|eybi; be ma rabti; hamine ke
            """,
            "promise_of_perfection": """
            bi naghs; bedune naghs|eyb|irad; bedune hich|kuchektarin irad*|eyb*|moshkel*|naghs*;
            sad dar sad salem|motma'en|motmaen|razi|tazmin*; sad darsad salem|motmaen|razi|tazmin*;
            100% salem|tazmin*|razi|motmaen; hich iradi|eybi|moshkeli _ nakhahad|pish; dige
            hichvaght|hargez _; hichvaght|hargez _ kharab|tekrar|pish; ghol midam|midim _
            hich*|hargez|bi; tazmin mikonam|mikonim _ hich*|hargez|dige; ali ali
            """,
            "pressure": """
            faghat ta? emruz|emrooz|emshab; hamin emruz|emrooz|alan|hala _
            tasmim*|bekhar*|sefaresh*|pardakht*|nahayi; akharin forsat|shans|dune; ajale
            konid|konin; zudtar|zoodtar _ tasmim*|bekharid|sefaresh; az dast nadid|nadin; forsat
            mahdud*|mahdood*; forsat tamum|tamoom; ta tamum| tamoom nashode; tamum|tamoom mishe;
            faghat yeki|yeduna|yedune|2ta|3ta|do|se|chand|1|2|3 ta? munde|moonde|mande;
            moshtari|moshtarie dige* montazer*|hast; bayad _ tasmim begirid|begirin;
            tasmimetun|tasmimetoon ro _ begirid|begirin|begid; gerun mishe; geroon mishe; ghey?mat
            bala mire; gheymat _ bala mire; pashimun mishid|mishin; moattal chi; motal chi; dast
            dast nakonid
            """,
            "option": "gozine*; entekhab*; model; modela; tarh; plan; baste*; noskhe*; pishnahad*",
            "many_options": """
            gozine|gozinehaye|gozinehaaye|model|modelhaye|entekhab|entekhabhaye
            ziadi|mote'aded|motanave*|mokhtalef*; chand|chandin|koli gozine*|model*|
            entekhab*|tarh*|plan*; chahar|char|panj|shish|haft|hasht|dah|4|5|6|7|8|10 ta?
            gozine*|model*|entekhab|tarh|plan|rang|no; entekhab ba
            shomast|khodetun|khodetoon|khodetune; har kodum|kodoom ke? dust|doost|khastid|khastin;
            harkodum ke? dust|khastid
            """,
            "as_i_said": """
            hamuntor|hamoontor|hamantor|hamintor ke? _ goftam|goftim|arz|tozih|neveshtam;
            hamun|hamoon|haman tor|tori ke? _ goftam|arz|tozih; goftam ke; arz kardam ke; man ke
            goftam|arz|tozih; ghablan _ goftam|goftim|arz|tozih|neveshtam; chand bar|dafe _
            begam|goftam|tozih; chandbar _ begam| goftam|tozih; barha _ goftam|tozih|arz; bazam
            migam|tekrar; baz ham migam|tekrar; tekrar mikonam; dobare migam|tekrar; sad dafe|bar;
            ye bar _ goftam|tozih
            """,
            "discount": """
            # takhfif; # darsad|toman|tomans takhfif|kamtar|arzuntar; takhfif
            midam|midim|dadam|dadim|mizanam|mizanim|mizaram|taghdim|eemal; takhfif* khubi|vizhe|ham
            midam|midim|dadam; baratun|baratoon|vasatun _ takhfif|kamtar|kam|arzun*
            mikonam|mikonim|midam|midim|hesab|mizanam; kam mikonam|mikonim; azash kam; ta|be|ba #
            midam|midim|miam; gheymat _ miaram|miarim payin; gheymat _ payin miaram|miarim;
            arzuntar hesab|midam; rond mikonam|mikonim; mehmune ma; ersal rayegan mikonam|mikonim;
            hedie midam|midim
            """,
            "for_something": """
            age; agar; dar surat*; dar soorat*; be shart*; dar ezay*; dar moghabel*; dar barabar*;
            bara|baraye kharid|sefaresh|tedad _ bala*|bish*|adad|ta|salane; balaye
            #|do|se|panj|dah; hadaghal; ba kharid|sefaresh|pardakht|gharardad; naghdi; naghd;
            salane; tahvil* hozuri; omde; vaghti
            """,
            "later": """
            hafte* ayande|bad|dige; mah* ayande|bad|dige; az
            shanbe|yekshanbe|doshanbe|seshanbe|farda|avval; jashnvare*
            badi|payiz*|bahar*|noruz|yalda; noruz; yalda; ghablan; gereftid|gereftin; khabaretun
            mikonam
            """,
            "offence": """
            tohin*; mage _ bazar*|kheyrie|sar; inja bazar*|kheyrie; kheyrie nist*; chune
            nazanid|nazanin; chooneh nazanid; hamine ke hast; mikhaid|mikhayn bekhaid|bekharid
            nemikhaid|nakharid; nemikhaid|nemikhayn nakharid|nakharin|berid; vaght*
            ma|man|mano|mara _ nagirid|talaf; khandedar*; khande dare; maskhare*; berid ye|jaye
            jaye? dige*; jedi migid|migin ?; shukhi mikonid|mikonin; be ma barkhord; geda*;
            khasis*; base dige
            """,
            "stock_phrase": """
            moshtari|moshtarie gerami|aziz|mohtaram; moshtarak* gerami; ba tashakor|sepas az
            tamas|payam|sabr|shakibayi; az tamas|tamase|shakibayi|sabr|sabre|hamrahi shoma|tun _
            sepas*|motshaker*|mamnun*|tashakor; darkhast*|payam*|shekayat* shoma sabt|daryaft|ba;
            rezayat* shoma|moshtari hadaf*|eftekhar|olaviat; babat* moshkel* pish* _ puzesh|ozr*;
            hamvare dar khedmat*; dar asra vaght; ba arze puzesh; karshenasan* ma
            """,
            "rushing": """
            ajale daram|darim; vaght nadaram|nadarim|kame; vaghtam kame; saram|saremun|saremoon
            sholugh*|shologh*|shoologh*; zudtar|zoodtar befarmaid|begid|begin; sari|saritar
            begid|befarmaid|begin; kholase konid|begid|begin|konin; bayad beram|berim; moshtari*
            dige|badi _ montazer*; poshte khat montazer*; zud tamumesh|tamum konim; berim sar* asl*
            """,
            "bookish": """
            be estehzar; mostad'i; mostadi; moghtazi; injaneb; mosharon; nambordeh; namborde;
            hasbolamr; atf be; emtenan; bedinvasile; bedin vasile; fogholzekr; alihaza; midarad
            """,
            "insult": """
            ahmagh*; ablah; nafahm*; bishoor*; bishur*; bisho'ur; ravani*; divune*; divoone*;
            divane*; khol; kheng*; kodan; khasis*; geda*; doroughgoo; dorughgu*; dorooghgoo*;
            avazi*; porru*; poroo; porroo*; bi adab; biadab; ghorghoru*; sirish*; zabun nafahm;
            asab khordkon; ru mokh*; rumokh*; ashghal*; kesafat*; bisharaf; gav; khar; olagh;
            bisavad; dehati; oghdei; zanike; martike; yaru
            """,
        }
    ),
    denials_before="nist nabayad niazi majbur",
    denials_after=(
        "nist nistam nistim nabayad nakonid nakonin nadare nadaram nadarim nakhaham nemidam "
        "nemidim nemikonam nemikonim nemitunam nemitunim nemitoonam nemishe nemikhad"
    ),
    or_words="ya",
)
