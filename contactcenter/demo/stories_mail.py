"""Customers who write mails, one in each language, and what they are answered."""

from typing import Final

from contactcenter.demo.stories import Story, Turn

#: Each with the way by which his mails come to us.
MAILS: Final = (
    (
        Story(
            name="the kettle's guarantee",
            language="en",
            temperament="serious",
            turns=(
                Turn(
                    says=(
                        (
                            "My kettle has leaked since Friday. The order is 77120. Please tell me "
                            "how the guarantee is claimed, and by when."
                        ),
                    ),
                    reply="You have until March. Reply with a photograph of the seal and we send "
                    "a new one the same day.",
                    then="pend",
                ),
                Turn(
                    says=("The seal is torn at the handle. The receipt number is 5512.",),
                    reply="Thank you, that is all we need. A new kettle leaves us today.",
                    then="solve",
                ),
            ),
        ),
        "smtp",
    ),
    (
        Story(
            name="فاکتور چاپگر",
            language="fa",
            temperament="serious",
            turns=(
                Turn(
                    says=(
                        (
                            "لطفاً فاکتور رسمی چاپگر سفارش ۸۸۱۲ را بفرستید. شناسهٔ ملی شرکت را در "
                            "پروفایل نوشته‌ام."
                        ),
                    ),
                    reply="فاکتور آماده است. آیا نشانی همان نشانی ثبت‌شده است؟",
                    then="pend",
                ),
                Turn(
                    says=("بله، همان نشانی است.",),
                    reply="فرستاده شد. سپاس از شکیبایی شما.",
                    then="solve",
                ),
            ),
        ),
        "mailgun",
    ),
)
