-- migrate:up

-- Three tiers that work from the first minute; every name and number can be changed later.
INSERT INTO team (name) VALUES ('Frontline'), ('Specialists'), ('Engineering');

INSERT INTO queue (name, team_id, tier, auto_accept, offer_timeout_s, escalate_after_s)
SELECT 'Frontline', id, 1, ARRAY['sms', 'email'], 60, 4 * 3600 FROM team WHERE name = 'Frontline'
UNION ALL
SELECT 'Specialists', id, 2, '{}', 60, 24 * 3600 FROM team WHERE name = 'Specialists'
UNION ALL
SELECT 'Engineering', id, 3, '{}', 60, NULL FROM team WHERE name = 'Engineering';

UPDATE queue AS lower_queue SET escalate_to_id = upper_queue.id
FROM queue AS upper_queue WHERE upper_queue.tier = lower_queue.tier + 1;

-- Data loss and injury do not wait for the first tier.
INSERT INTO entry_rule (position, condition, queue_id)
SELECT 10, '{"keyword": ["data loss", "lost all my data", "اطلاعاتم پاک شد", "از دست رفتن اطلاعات"]}'::jsonb, id
FROM queue WHERE tier = 2
UNION ALL
SELECT 20, '{"keyword": ["smoke", "burning", "injured", "دود", "آتش", "مجروح"]}'::jsonb, id
FROM queue WHERE tier = 3;

INSERT INTO category (name_en, name_fa) VALUES
  ('Product', 'محصول'), ('Order and delivery', 'سفارش و ارسال'), ('Payment', 'پرداخت'),
  ('Account', 'حساب کاربری'), ('Other', 'سایر');
INSERT INTO category (parent_id, name_en, name_fa)
SELECT id, 'Fault', 'خرابی' FROM category WHERE name_en = 'Product'
UNION ALL SELECT id, 'How to use', 'نحوهٔ استفاده' FROM category WHERE name_en = 'Product'
UNION ALL SELECT id, 'Late', 'تأخیر' FROM category WHERE name_en = 'Order and delivery'
UNION ALL SELECT id, 'Return', 'مرجوعی' FROM category WHERE name_en = 'Order and delivery'
UNION ALL SELECT id, 'Invoice', 'صورت‌حساب' FROM category WHERE name_en = 'Payment'
UNION ALL SELECT id, 'Refund', 'بازپرداخت' FROM category WHERE name_en = 'Payment';

INSERT INTO disposition (code, name_en, name_fa) VALUES
  ('solved', 'Solved', 'حل شد'),
  ('workaround', 'Workaround given', 'راه‌حل موقت داده شد'),
  ('answered', 'Question answered', 'پاسخ داده شد'),
  ('no_fault', 'No fault found', 'ایرادی یافت نشد'),
  ('not_reached', 'Customer not reached', 'مشتری پاسخ نداد'),
  ('declined', 'Cannot be done', 'امکان‌پذیر نیست');

INSERT INTO saved_reply (title, language, body) VALUES
  ('Greeting', 'en', 'Hello {contact_name}, this is {agent_name}. Thank you for writing; I am looking into it now.'),
  ('Greeting', 'fa', 'سلام {contact_name}، {agent_name} هستم. ممنون از پیام شما؛ همین حالا پیگیری می‌کنم.'),
  ('Passed to a specialist', 'en', 'I have passed ticket {ticket_id} to a specialist, with everything you told us. You do not need to repeat anything.'),
  ('Passed to a specialist', 'fa', 'درخواست شمارهٔ {ticket_id} را با همهٔ توضیحات شما به کارشناس ارشد سپردم. لازم نیست چیزی را دوباره بگویید.');
