"""Customers who write English, about what tier 1 cannot solve."""

from typing import Final

from contactcenter.demo.stories import Machine, Story, Turn

HARD_ENGLISH: Final = (
    Story(
        name="error E18",
        language="en",
        temperament="serious",
        machine=Machine(service_tag="7J4KL92", model="Washing machine WM300"),
        turns=(
            Turn(
                says=(
                    (
                        "Washing machine WM300, tag 7 J 4 K L 9 2. Error E18 since Monday. State "
                        "cause and repair date. Facts only, please spare me the script."
                    ),
                ),
                reply="E18 is the drain pump. A technician comes on Wednesday, 10:00 to 12:00, "
                "with the part. The repair is under guarantee.",
                tier=2,
                hand_over="WM300 shows E18 since Monday. Wants cause and date, in "
                "writing and without small talk. Guarantee runs until next May.",
                then="pend",
            ),
            Turn(
                says=("Noted. Wednesday accepted. Nothing further.",),
                then="solve",
                note="Visit booked: Wednesday 10:00, pump in the van.",
            ),
        ),
    ),
    Story(
        name="the third missed delivery",
        language="en",
        temperament="unknown",
        turns=(
            Turn(
                says=(
                    "My fridge was to come on Tuesday. Nobody came, nobody called. Where is it?",
                ),
                reply="I am sorry. The carrier reports a broken-down van. The new date is "
                "tomorrow, 8:00 to 10:00.",
                then="pend",
            ),
            Turn(
                says=("That is the third date. I want to speak to a manager.",),
                reply="I look after deliveries here. I have taken your fridge out "
                "of the route: two colleagues bring it today at 18:00, and delivery is refunded.",
                tier=2,
                hand_over="Third missed delivery; the customer asks for somebody who can decide.",
                then="pend",
            ),
            Turn(
                says=("It is here now. Thank you for sorting it out.",),
                then="solve",
            ),
        ),
    ),
    Story(
        name="the forgetful robot",
        language="en",
        temperament="unknown",
        turns=(
            Turn(
                says=(
                    (
                        "Since the update last night my robot vacuum forgets its map whenever it "
                        "goes back to the dock."
                    ),
                ),
                reply="We found it: version 4.2 drops maps of more than one floor. 4.2.1 is on "
                "your robot now. Please let it map once more.",
                tier=3,
                hand_over="Map is lost at every docking since firmware 4.2. Reset and new map "
                "tried, no change. Looks like a defect in the firmware.",
                then="pend",
            ),
            Turn(
                says=("Mapped, docked, and the map is still there. Thanks.",),
                then="solve",
            ),
        ),
    ),
    Story(
        name="smoke",
        language="en",
        temperament="unknown",
        turns=(
            Turn(
                says=("There is smoke coming out of the toaster I bought from you last week.",),
                reply="Please pull the plug and do not use it again. We collect it today and "
                "bring you a new one. Is everybody all right?",
                tier=3,
                note="Safety report opened, batch 22-B held back.",
                then="pend",
            ),
            Turn(
                says=("Unplugged. We are fine. Please collect it after five.",),
                reply="The driver comes between five and six, with the new toaster.",
                tier=3,
                then="solve",
            ),
        ),
    ),
    Story(
        name="the flickering light",
        language="en",
        temperament="unknown",
        turns=(
            Turn(
                says=("The bathroom light flickers when I switch it on.",),
                reply="That is usually the starter. Switch it off, turn the small cylinder a "
                "quarter to the left and back again.",
                then="solve",
                disposition="workaround",
            ),
            Turn(
                says=("It is flickering again.",),
                reply="Then it is the ballast. A new one is on its way to you, under guarantee.",
                tier=2,
                hand_over="Starter reseated, still flickers: ballast, covered by the guarantee.",
                then="solve",
            ),
        ),
    ),
)
