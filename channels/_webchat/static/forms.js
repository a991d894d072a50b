// What a visitor is asked for: who he is, whether to end, where to send the chat, how it was.
import { h } from './dom.js';

const INPUTS = {
  name: { autocomplete: 'name' },
  email: { type: 'email', autocomplete: 'email' },
  phone: { type: 'tel', autocomplete: 'tel' },
  contact: { autocomplete: 'email' },
};

// `send` gets the values by name and returns a promise of the code of what went wrong.
function form(chat, key, label, send, ...fields) {
  const { texts, asking } = chat;
  const onsubmit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    chat.ask({ isBusy: true, problem: null });
    for (const name in values) chat.keep({ name }); // what comes in its place begins empty
    const problem = await send(values);
    if (problem) Object.assign(chat.draft.typed, values);
    if (chat.asking.isBusy) chat.ask({ problem, isBusy: false });
  };
  return h('form.form', { key, onsubmit },
    fields,
    asking.problem && h('p.problem', { role: 'alert' }, chat.problem(asking.problem)),
    h('div.actions', {},
      asking.question && h('button', { type: 'button', onclick: () => chat.show(null) }, texts.cancel),
      h('button.main', { disabled: asking.isBusy }, label)),
  );
}

const labelled = (chat, label, required, control) =>
  h('label', {}, h('span', {}, label, !required && h('small', {}, ` (${chat.texts.optional})`)), control);

const field = (chat, name, label, required) =>
  labelled(chat, label, required,
    h('input', { name, required, dir: 'auto', maxlength: 200, ...INPUTS[name] }));

const area = (chat, name, label, required, maxlength) =>
  labelled(chat, label, required, h('textarea', { name, required, rows: 3, dir: 'auto', maxlength }));

// Before the first message, and when nobody is there: then we must know where to answer.
export function detailsForm(chat) {
  const { texts, conversation } = chat;
  const send = async ({ contact, text, ...details }) => {
    if (contact) details[contact.includes('@') ? 'email' : 'phone'] = contact;
    for (const name in details) if (!details[name].trim()) delete details[name];
    const problem = await conversation.tellDetails(details);
    if (!problem && text) conversation.write(text.trim(), []);
    return problem;
  };
  // Who wrote before we closed has said what it is about.
  const asksWhat = conversation.standing.state !== 'waiting';
  return form(chat, 'details', conversation.isClosed() ? texts.send : texts.start, send,
    fieldsOf(chat).map(({ name, required }) =>
      name === 'topic' ? topic(chat, required) : field(chat, name, texts[name], required)),
    asksWhat && area(chat, 'text', texts.message, true, 4000));
}

// Two ways to reach somebody are one question: either will do.
function fieldsOf({ settings, conversation }) {
  const isWay = ({ name }) => name === 'email' || name === 'phone';
  const ways = settings.form.filter(isWay);
  const others = settings.form.filter((one) => !isWay(one));
  if (conversation.isIdentified) return others.filter(({ name }) => name === 'topic');
  const required = conversation.isClosed() || ways.some((way) => way.required);
  const name = ways.length === 1 ? ways[0].name : 'contact';
  const way = ways.length || conversation.isClosed() ? [{ name, required }] : [];
  const first = others.filter((one) => one.name === 'name');
  return [...first, ...way, ...others.filter((one) => !first.includes(one))];
}

function topic(chat, required) {
  const { texts, settings } = chat;
  if (!settings.topics.length) return field(chat, 'topic', texts.topic, required);
  return labelled(chat, texts.topic, required,
    h('select', { name: 'topic', required },
      h('option', { value: '' }, texts.choose),
      settings.topics.map((one) => h('option', {}, one))));
}

export function needsDetails(chat) {
  const { conversation } = chat;
  const { standing, memory, lines, unsent, sent } = conversation;
  const { told } = memory.kept;
  if (!standing || chat.asking.question || unsent.length || sent.length) return false;
  if (conversation.isClosed()) {
    return !(told?.includes('email') || told?.includes('phone') || conversation.isIdentified);
  }
  return !lines.length && !told && fieldsOf(chat).length > 0;
}

export const endForm = (chat) =>
  form(chat, 'end', chat.texts.end,
    () => chat.done(chat.conversation.ask({ type: 'end' })),
    h('p', {}, chat.texts.endQuestion));

export const transcriptForm = (chat) =>
  form(chat, 'transcript', chat.texts.send,
    ({ email }) => chat.done(chat.conversation.ask({ type: 'transcript', email }), 'transcriptSent'),
    field(chat, 'email', chat.texts.transcript, true));

export function ratingForm(chat) {
  const { texts, format, conversation } = chat;
  const send = ({ score, comment }) =>
    chat.done(conversation.ask({ type: 'rate', score: Number(score), comment }), 'thanks');
  const star = (score) => {
    const label = texts.score(format.number(score));
    const input = { type: 'radio', name: 'score', value: score, required: true, 'aria-label': label };
    return h('label', { title: label }, h('input', input), h('span', { 'aria-hidden': 'true' }, '★'));
  };
  return form(chat, 'rating', texts.send, send,
    h('fieldset.stars', {}, h('legend', {}, texts.rate), [1, 2, 3, 4, 5].map(star)),
    area(chat, 'comment', texts.comment, false, 2000));
}
