"""Hears a customer ask for somebody who may do, or knows, more: his words move a ticket up."""

from dataclasses import replace
from typing import Final

from routing.phrases import Hit, PhraseBook
from routing.temperament.latin import latin_key
from routing.text import Words, own_spans, words

ESCALATION_CUES: Final = ("asks_for_manager", "asks_for_senior", "asks_for_specialist")
"""What `asks_for_escalation` may return."""


def asks_for_escalation(text: str) -> str | None:
    """Return the name of the cue if the writer asks to be passed on upwards, None if he does not.

    Only his own words count: no quotations and no denials ("I don't need a manager").
    """
    heard: set[str] = set()
    for start, end in own_spans(text):
        own = words(text[start:end])
        latin = replace(own, keys=tuple(map(latin_key, own.keys)))
        heard.update(hit.name for hit in _BOOK.find(own) if not _denied(own, hit))
        heard.update(hit.name for hit in _FINGLISH_BOOK.find(latin) if not _denied(own, hit))
    return next((cue for cue in ESCALATION_CUES if cue in heard), None)


def _denied(own: Words, hit: Hit) -> bool:
    """Whether the clause denies the request or tells of one that is past.

    English denies before it asks, Persian before or after.
    """
    clause, asks = own.clauses[hit.first], own.sentences[hit.first] in own.asks
    for at in range(max(0, hit.first - _REACH), min(len(own.keys), hit.last + 1 + _REACH)):
        key = own.keys[at]
        if own.clauses[at] != clause:
            continue
        if key in _DENIES or (key in _IS_NOT and not asks):
            return True
        if at < hit.first and key in _DENIES_BEFORE:
            return True
        if at > hit.first and key in _HAPPENED:
            return True
    return False


_REACH = 5
_DENIES = frozenset(
    """
    نمیخوام نمیخواهم نمیخوایم نخواستم لازم نیازی
    nemikham nemikhaham nemikhaym nakhastam lazem niazi
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_IS_NOT = frozenset(("نیست", "نداره", "ندارم", "ندارد", "nist", "nadare", "nadaram"))
_DENIES_BEFORE = frozenset(
    """
    not no dont doesnt didnt never without wont wouldnt neednt unnecessary rather
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_HAPPENED = frozenset(
    (
        "کردم",
        "کردیم",
        "کردین",
        "کردید",
        "شد",
        "شده",
        "زدم",
        "زدیم",
        "kardam",
        "kardim",
        "zadam",
        "shod",
    )
)
_ENGLISH: Final = {
    "asks_for_manager": """
        speak|talk|speaking|talking|chat|spoken|deal to|with your|a|the|ur|some|duty|another _
        manager|managers|supervisor|boss|superior|superiors|director|management|ceo|owner|teamlead;
        speak|talk|speaking|talking to|with management|head; speak|talk to|with _ team leader|lead;
        want|need|demand|require|wanna|like|insist _ your|a|the|ur _ manager|supervisor|boss|
        superior|management; want|need|demand|like to see|reach|contact _ manager|supervisor|boss;
        get|give|fetch|bring|find me _ manager|supervisor|boss|superior;
        get|fetch|bring|call your|the|a|ur manager|supervisor|boss|superior;
        put|pass|transfer|connect|refer|forward|hand|send|take|move me|us|this|it|my|the __ manager|
        supervisor|boss|superior|management|leadership;
        have|let|ask|make|get|tell your|a|the|ur _ manager|supervisor|boss|superior _ call|ring|
        phone|contact|email|text|handle|decide|look;
        can|could|may|might i|we _ have|see|get|reach a|the|your manager|supervisor|boss;
        manager|supervisor please|now|pls|plz; ^ manager|supervisor $; where is|s your|the manager;
        wheres your|the manager|boss; who is|s your|the|in manager|boss|charge|supervisor;
        whos your|the|in manager|boss|charge|supervisor; is there a manager|supervisor
        """,
    "asks_for_senior": """
        someone|somebody|anyone|anybody|person|colleague|agent more|with|above|higher|in|who _
        senior|authority|experience|experienced|charge|up|you|decide|decides|qualified|power|rank;
        someone|somebody|anyone|colleague senior|higher|above|else who|with|higher|senior;
        more senior person|colleague|agent|someone|member|adviser|advisor|engineer;
        a|the senior colleague|agent|person|adviser|advisor|member|engineer|technician;
        escalate this|it|my|the|me|that|please|to|$; please escalate;
        want|need|like|have|be|get _ escalated; request|want|need|demand an|this? escalation;
        next|second|higher|upper level|tier|line support|please|of|team|$;
        to the next|second|third|higher|upper level|tier|line;
        tier|level two|three|2|3 support|agent|please|engineer|team;
        take|move this|it|me higher|further|up; above your head|pay|level
        """,
    "asks_for_specialist": """
        speak|talk|speaking|talking|chat to|with _ specialist|expert|engineer|specialists|experts;
        want|need|like|require a|an|your|some|the _ specialist|expert;
        need|want specialist|expert|technical help|advice|support;
        put|pass|transfer|connect|refer|forward|hand|send me|us|this|it|my|the __ specialist|
        specialists|expert|experts|engineer|engineers;
        get|give|find me _ specialist|expert|engineer; is there a|an|any _ specialist|expert;
        someone|somebody|anyone who|that actually|really? knows|understands|specialises|specializes;
        someone|somebody with|more technical|specialist|expert
        """,
}
_PERSIAN: Final = {
    "asks_for_manager": """
        با مدیر*|مسئول*|مسوول*|رییس*|ریس*|سرپرست*|مافوق*|بالادست*|مدیریت _ صحبت|حرف|گفتگو|گفت‌وگو|
        تماس|وصل*|در;
        به مدیر*|مسئول*|مسوول*|رییس*|سرپرست*|مافوق*|بالادست* _ وصل*|ارجاع|بدین|بدید|منتقل|ارتباط;
        وصل|وصلم کن*|کنین|کنید|کنی _ مدیر*|مسئول*|مسوول*|رییس*|سرپرست*;
        مدیرتون*|مدیرتان|رییستون*|رییستان|سرپرستتون|مسئولتون|مسئولتان _ بیاد|زنگ|کجاست|تماس|کیه|
        باید|بدین|میخوام|پاسخ|جواب|بگو*|بگید|رسیدگی|وصل*;
        مدیر*|سرپرست*|رییس*|مسئول* رو|را|_ میخوام|میخواهم|بدین|بدید|صدا|خواستم; مدیر لطفا;
        مدیر بخش|شعبه|داخلی|بالاتر _ وصل*|صحبت|میخوام|بدین|تماس|زنگ;
        شماره مدیر*|رییس*|سرپرست* _ بدین|بدید|بده|میخوام
        """,
    "asks_for_senior": """
        کارشناس|همکار ارشد*|بالاتر;
        یه|یک|کسی|نفر نفر|کسی|آدم|نفری|که|همکار _ بالاتر*|ارشد*|واردتر*|باتجربه*|مسئول‌تر*|
        مسوول‌تر*|اختیار*|تصمیم; کسی که _ اختیار*|تصمیم|بالاتر|وارد*;
        سطح|رده|مرحله|لایه بالاتر|دو|دوم|بعد|بعدی _ ارجاع|وصل*|منتقل|بررسی|بفرست*;
        ارجاع بدین|بدید|دهید|بشه|شود|بده _ بالا*|سطح|واحد|لطفا|$;
        ارجاع _ به مقام|سطح|رده|واحد|بالاتر*; مقام بالاتر|مافوق; بالاتر از شما|خودتون; بالادستی*;
        بفرستین|بفرستید|ببرید|ببرین بالا
        """,
    "asks_for_specialist": """
        با _ متخصص*|کارشناس|کارشناس‌ها|مهندس*|تکنسین _ صحبت|حرف|وصل*|مشورت;
        به _ متخصص*|کارشناس|مهندس* _ وصل*|ارجاع|بدین|بدید|منتقل|بسپار*;
        وصل|وصلم کن*|کنین|کنید|کنی _ متخصص*|کارشناس*|مهندس*|فنی;
        متخصص|کارشناس _ میخوام|میخواهم|لازم دارم|داریم;
        یه|یک متخصص|کارشناس* _ ببینه|بررسی|جواب|تماس|زنگ|رسیدگی|نگاه|بیاد|لازم;
        کسی که _ بلد|سررشته|تخصص; یکی که _ بلد|سررشته|تخصص|وارد|سر;
        واحد|بخش تخصصی|فنی _ ارجاع|وصل*|منتقل|صحبت
        """,
}
_FINGLISH: Final = {
    "asks_for_manager": """
        ba modir*|masul*|masool*|rais*|raees*|sarparast*|mafogh* _ sohbat|harf|tamas|vasl*;
        be modir*|masul*|masool*|rais*|sarparast* _ vasl*|erja*|bedin|bedid;
        vasl|vaslam kon*|konid|konin _ modir*|masul*|rais*|sarparast*;
        modiretun*|modiretoon*|raisetun*|raisetoon* _ biad|zang|kojast|tamas|bedin|mikham|javab|
        begu*|bayad|vasl*; modir*|sarparast* ro|ra|_ mikham|mikhaham|bedin|bedid; modir lotfan;
        shomare modir* _ bedin|bedid|mikham
        """,
    "asks_for_senior": """
        karshenas*|hamkar* arshad*|balatar;
        ye|yek|kasi nafar|kasi|nafari|ke _ balatar*|arshad*|varedtar*|ekhtiar*;
        erja bedin|bedid|dahid|bede|beshe; sathe|sath bala*|do|2|dovom|badi;
        balatar az shoma|khodetun; befrestid|befrestin bala
        """,
    "asks_for_specialist": """
        ba ye|yek? motekhases*|motakhases*|karshenas*|mohandes* _ sohbat|harf|vasl*;
        be _ motekhases*|motakhases*|karshenas*|mohandes* _ vasl*|erja*|bedin|bedid;
        vasl|vaslam kon*|konid|konin _ motekhases*|motakhases*|karshenas*|mohandes*;
        motekhases*|motakhases* _ mikham|lazem daram; yeki|kasi ke _ balad*|vared*|sar
        """,
}
_BOOK = PhraseBook({name: _ENGLISH[name] + ";" + _PERSIAN[name] for name in ESCALATION_CUES})
_FINGLISH_BOOK = PhraseBook(_FINGLISH, key=latin_key)
