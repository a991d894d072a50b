"""Customers who write English, and whom tier 1 can help."""

from typing import Final

from contactcenter.demo.stories import Story, Turn

ENGLISH: Final = (
    Story(
        name="the stiff lid",
        language="en",
        temperament="warm",
        turns=(
            Turn(
                says=(
                    (
                        "Morning my lovely, it's me with the red kettle! How is your little boy "
                        "after that cold? 😊"
                    ),
                    "The lid has gone stiff since Sunday. No rush, I know how busy you all are.",
                ),
                reply="Good morning! He is back at nursery, thank you for asking. With "
                "the kettle cold, put a drop of water on the hinge and move the lid a few times.",
                then="pend",
            ),
            Turn(
                says=("You're a treasure! Works like new, the whole family sends you a hug x",),
                reply="You made my morning. Enjoy your tea!",
                then="solve",
            ),
        ),
    ),
    Story(
        name="the birthday parcel",
        language="en",
        temperament="warm",
        turns=(
            Turn(
                says=(
                    (
                        "Hello dear, me again with the knitting basket haha. Did you get some "
                        "rest at the weekend? My parcel was due yesterday, it is for my "
                        "sister's birthday."
                    ),
                ),
                reply="Hello! I did, thank you, and slept in for once. Your parcel is with the "
                "driver and comes today between two and four.",
                note="Depot confirms: parcel is on van 14.",
                then="pend",
            ),
            Turn(
                says=(
                    (
                        "It came! Bless you darling, she cried with joy. You must be tired, take "
                        "care of yourself ❤"
                    ),
                ),
                reply="A happy birthday to your sister from all of us!",
                then="solve",
            ),
        ),
    ),
    Story(
        name="the invoice",
        language="en",
        temperament="serious",
        turns=(
            Turn(
                says=(
                    (
                        "Order 40112. The invoice is to be reissued to the company address. "
                        "Confirm in writing by Thursday 12:00. No telephone calls."
                    ),
                ),
                reply="Order 40112: the invoice will be reissued to the company address. You "
                "receive it by e-mail today before 17:00. Confirmed.",
                then="pend",
            ),
            Turn(
                says=("Received. The VAT number must be stated in accordance with clause 4.",),
                reply="The VAT number is stated on page 1, line 3, of the reissued invoice.",
                then="solve",
                disposition="answered",
            ),
        ),
    ),
    Story(
        name="the lamp that pleases nobody",
        language="en",
        temperament="fault_finding",
        turns=(
            Turn(
                says=(
                    (
                        "The desk lamp arrived. The box was dented, the cord is too short, the "
                        "white is more of a grey and the leaflet is in tiny print. As usual."
                    ),
                ),
                reply="Thank you for telling us, point by point. A longer cord goes out today, "
                "free of charge, and the large-print leaflet with it. The others are noted.",
                then="pend",
            ),
            Turn(
                says=(
                    "The new cord came. It is longer, but now it is stiff, and the plug is ugly.",
                ),
                reply="Noted, and passed on to the maker. The light itself is guaranteed for five "
                "years. I close this now; write whenever something stops working.",
                then="solve",
                disposition="answered",
            ),
        ),
    ),
    Story(
        name="two vacuum cleaners",
        language="en",
        temperament="hesitant",
        turns=(
            Turn(
                says=(
                    (
                        "I can't decide between the V5 and the V7 vacuum. I was sure about the V5 "
                        "and now I'm not sure any more. What would you do?"
                    ),
                ),
                reply="For a flat with a cat I would take the V7: its brush does not clog. You "
                "can return it within 30 days, used or not.",
                then="pend",
            ),
            Turn(
                says=(
                    "But what if it is too loud? What if I regret it?",
                    "Maybe I should ask my sister first. Can I really send it back?",
                ),
                reply="You really can: 30 days, and we pay the postage. I keep one for you until "
                "Friday. Shall I write to you on Friday morning?",
                then="pend",
            ),
            Turn(
                says=("Yes please, Friday. Thank you for your patience.",),
                then="solve",
                disposition="answered",
            ),
        ),
    ),
    Story(
        name="the bicycle's last price",
        language="en",
        temperament="haggler",
        turns=(
            Turn(
                says=(
                    (
                        "Saw the city bike for 480. The shop round the corner wants 430. I'll "
                        "give you 400 cash, what's your best price?"
                    ),
                ),
                reply="480 is the price with two years of service. Take it this week and I add "
                "the lock and the lights, worth 45.",
                then="pend",
            ),
            Turn(
                says=("Come on, 440 with lock and lights and we have a deal. Last offer.",),
                reply="The price stays, for everybody. Lock, lights and free delivery is what I "
                "can do, and I would do it for you.",
                then="pend",
            ),
            Turn(
                says=("Throw in a bell and it's a deal!",),
                reply="The bell is yours. See you on Saturday!",
                then="solve",
            ),
        ),
    ),
    Story(
        name="opening hours",
        language="en",
        temperament="unknown",
        turns=(
            Turn(
                says=("What time do you open on Friday?",),
                reply="At 9:00, and we close at 18:00.",
                then="solve",
                disposition="answered",
            ),
        ),
    ),
    Story(
        name="a bag for the cleaner",
        language="en",
        temperament="unknown",
        turns=(
            Turn(
                says=("Which bags fit the V5 vacuum cleaner?",),
                reply="The type C bags, sold in packs of five: article 1180.",
                then="solve",
                disposition="answered",
            ),
        ),
    ),
)
