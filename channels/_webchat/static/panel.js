// The launcher and the panel, as a whole.
import { composer } from './composer.js';
import { h } from './dom.js';
import { isolated } from './format.js';
import { detailsForm, endForm, needsDetails, ratingForm, transcriptForm } from './forms.js';
import { icon, iconButton } from './icons.js';
import { log } from './log.js';

export const widget = (chat) =>
  h('div.root', { lang: chat.language, dir: chat.texts.direction, style: chat.colours() },
    chat.isOpen ? panel(chat) : launcher(chat));

const titleOf = ({ settings, texts }) => settings.title || texts.title;

function launcher(chat) {
  const { texts, format } = chat;
  const title = titleOf(chat);
  const unseen = chat.conversation.unseen();
  const count = format.number(unseen);
  const label = unseen ? `${title}, ${texts.unread(count)}` : title;
  return h('button.launcher', { 'aria-label': label, title, onclick: () => chat.open() },
    icon('chat'),
    unseen > 0 && h('span.badge', { 'aria-hidden': 'true' }, count));
}

function panel(chat) {
  const title = titleOf(chat);
  const details = needsDetails(chat) && detailsForm(chat);
  const hasFoot = !details || chat.conversation.standing.state === 'waiting';
  return h('section.panel', { role: 'dialog', 'aria-label': title },
    header(chat, title),
    h('div.news', { role: 'status' }, newsOf(chat).map((text) => h('p', {}, text))),
    // Filled from its end (see styles.js): so it stays at the newest line by itself.
    h('div.scroller', { tabindex: 0 }, h('div', {}, log(chat), details)),
    h('div.foot', {}, hasFoot && footOf(chat)));
}

function header(chat, title) {
  const { texts, conversation } = chat;
  const agent = conversation.standing?.state === 'talking' && conversation.standing.agent;
  return h('header', {},
    h('div', {},
      h('h2', { dir: 'auto' }, title),
      agent && h('p', {}, texts.talking(isolated(agent)))),
    conversation.standing && menu(chat),
    iconButton('close', texts.close, () => chat.close()));
}

function menu(chat) {
  const { texts, conversation } = chat;
  const { standing, lines, memory } = conversation;
  const hasAnswer = lines.some(({ by }) => by === 'agent');
  const isSounding = Boolean(memory.kept.sound);
  const item = (label, act, rest) => {
    const onclick = () => {
      chat.closeMenu();
      act();
    };
    return h('button', { type: 'button', onclick, ...rest }, label);
  };
  return h('details.menu', {},
    h('summary.icon', { 'aria-label': texts.menu, title: texts.menu }, icon('more')),
    h('div', {},
      item(texts.sound, () => chat.turnSound(!isSounding), { 'aria-pressed': `${isSounding}` }),
      hasAnswer && item(texts.transcript, () => chat.show('transcript')),
      /waiting|talking/.test(standing.state) && item(texts.end, () => chat.show('end'))));
}

// What is to be known just now, in the order of its weight.
function newsOf({ conversation, texts, format, notice, isLate }) {
  const { standing, problem } = conversation;
  const news = [isLate && texts.offline, /expired|invalid/.test(problem) && texts.expired, texts[notice]];
  if (conversation.isClosed()) {
    const when = standing.opens_at && format.moment(standing.opens_at);
    const next = standing.state === 'waiting' ? texts.left : texts.leave;
    news.push(`${when ? texts.closedUntil(when) : texts.closed} ${next}`);
  } else if (standing?.state === 'waiting') news.push(waiting(standing, texts, format));
  return news.filter(Boolean);
}

function waiting({ position, expected_wait_s: wait }, texts, format) {
  if (!position) return texts.waiting;
  const place = texts.position(format.number(position));
  return wait == null ? place : `${place} ${texts.wait(format.minutes(wait))}`;
}

const QUESTIONS = { end: endForm, transcript: transcriptForm };

function footOf(chat) {
  const { conversation, texts, asking } = chat;
  const { standing, connection } = conversation;
  if (connection.state === 'refused') return [h('p.hint', { role: 'alert' }, texts.refused)];
  if (!standing) return [h('p.hint', {}, texts.connecting)];
  if (asking.question) return [QUESTIONS[asking.question](chat)];
  const isRating = standing.rating === 'asked' && standing.state === 'ended';
  return [isRating && ratingForm(chat), composer(chat)];
}
