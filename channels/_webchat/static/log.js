// What was said, oldest first, with what is still on its way at the end.
import { h } from './dom.js';
import { isolated } from './format.js';
import { icon } from './icons.js';
import { withLinks } from './links.js';

const SHOWN = /^image\/(png|jpeg|gif|webp)$/;

export function log(chat) {
  const { conversation, texts, settings } = chat;
  const { lines, sent, unsent, typist, standing } = conversation;
  const greeting = { by: 'centre', text: settings.greeting || texts.greeting };
  const own = lines.findLast(({ by }) => by === 'visitor');
  const isRead = own?.sequence <= standing?.read_sequence;
  const onItsWay = [...sent, ...unsent];
  // What was said before he came is not read out to him.
  const isNews = conversation.last() >= conversation.caughtUp;
  const attributes = { role: 'log', 'aria-label': texts.log, 'aria-live': isNews ? 'polite' : 'off' };
  return [
    h('div', attributes,
      bubble(chat, greeting),
      lines.flatMap((line, at) => {
        const isLast = line === own && !onItsWay.length;
        return lineOf(chat, line, lines[at - 1], isLast && (isRead ? 'read' : 'sent'));
      }),
      onItsWay.flatMap((message) => outgoing(chat, message)),
    ),
    h('p.typing', { role: 'status' }, typist && texts.typing(isolated(typist))),
  ];
}

// A line does not change, but for its mark: so it is described once.
const described = new WeakMap();

function lineOf(chat, line, before, status) {
  const known = described.get(line);
  if (known?.status === status) return known.parts;
  const { texts, format } = chat;
  const day = format.day(line.at);
  const isNewDay = !before || day !== format.day(before.at);
  const isFollowing = !isNewDay && before.by === line.by && before.name === line.name;
  const parts = [
    isNewDay && h('p.day', {}, day === format.day(Date.now()) ? texts.today : day),
    line.kind === 'ended'
      ? h('p.day', { 'data-sequence': line.sequence }, texts.ended)
      : bubble(chat, { ...line, status, isFollowing }),
  ];
  described.set(line, { status, parts });
  return parts;
}

function outgoing(chat, message) {
  const { conversation, texts } = chat;
  const state = conversation.sent.includes(message) ? 'sent' : message.problem ? 'failed' : 'sending';
  const act = (label, onclick) => h('button', { type: 'button', onclick }, label);
  return [
    false, // where a line has its day: so it becomes a line in its place
    bubble(chat, { ...message, by: 'visitor', state, status: state }),
    message.problem &&
      h('div.failed', { role: 'alert' }, chat.problem(message.problem), ' ',
        act(texts.again, () => conversation.again(message)),
        act(texts.discard, () => conversation.discard(message))),
  ];
}

function bubble(chat, { by, name, text, files = [], at, sequence, id, state, status, isFollowing }) {
  const { texts, format } = chat;
  const attributes = {
    key: id || sequence,
    class: `line ${by} ${isFollowing ? 'following' : ''}`,
    'data-sequence': sequence,
    'data-client-id': state && id,
    'data-state': state,
  };
  return h('div', attributes,
    h('bdi.writer', {}, by === 'visitor' ? texts.you : name || texts.us),
    text && h('p.text', { dir: 'auto' }, withLinks(text)),
    files.map((file) => fileOf(chat, file)),
    at && h('span.meta', { 'aria-live': 'off' },
      h('time', { datetime: new Date(at).toISOString() }, format.clock(at)),
      texts[status] && h('span.status', {}, texts[status])),
  );
}

function fileOf(chat, file) {
  const { name, content_type: type, size_bytes: size } = file;
  const href = chat.conversation.fileAddress(file);
  const link = { href, download: name, target: '_blank', rel: 'noopener' };
  if (SHOWN.test(type)) return h('a.picture', link, h('img', { src: href, alt: name, loading: 'lazy' }));
  return h('a.file', link, icon('clip'), h('bdi', {}, name), ' ', h('small', {}, chat.format.size(size)));
}
