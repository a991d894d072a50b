// Where the visitor writes: text, emoji and files.
import { h } from './dom.js';
import { icon, iconButton } from './icons.js';

const EMOJI = '😀 😂 😊 😍 🤔 😢 😡 👍 👎 🙏 👏 💪 ❤️ 🎉 🌹 ☕ ✅ ❌'.split(' ');
const LARGEST_BYTES = 10 * 2 ** 20;

export function composer(chat) {
  const { texts, draft } = chat;
  const { files, showsEmoji, problem, key } = draft;
  const dropped = (event) => take(chat, event, event.dataTransfer.files);
  return h('form.composer', {
      key,
      onsubmit: (event) => send(chat, event),
      ondragover: (event) => event.preventDefault(),
      ondrop: dropped,
      onpaste: (event) => event.clipboardData.files.length && take(chat, event, event.clipboardData.files),
    },
    problem && h('p.problem', { role: 'alert' }, chat.problem(problem)),
    showsEmoji && h('div.emoji', {},
      EMOJI.map((one) => h('button', { type: 'button', onclick: () => insert(chat, one) }, one))),
    files.map((file) => h('div.draft', { key: file, 'aria-busy': `${!file.token}` },
      h('bdi', {}, file.name),
      iconButton('close', texts.remove(file.name), () => remove(chat, file)))),
    h('div.row', {},
      iconButton('clip', texts.attach, () => chat.find('[type=file]').click()),
      iconButton('smile', texts.emoji, () => change(chat, { showsEmoji: !showsEmoji }), { 'aria-expanded': `${Boolean(showsEmoji)}` }),
      h('textarea', {
        name: 'text', rows: 1, dir: 'auto', maxlength: 4000, enterkeyhint: 'send',
        'aria-label': texts.message, placeholder: texts.message,
        oninput: () => chat.conversation.typed(),
        onkeydown: (event) => pressed(chat, event),
      }),
      h('button.send', { 'aria-label': texts.send, title: texts.send }, icon('send'))),
    h('input', {
      type: 'file', multiple: true, hidden: true, 'aria-label': texts.attach,
      onchange: (event) => take(chat, event, event.target.files),
    }),
  );
}

function change(chat, changes) {
  Object.assign(chat.draft, changes);
  chat.changed();
}

function pressed(chat, event) {
  // While an input method composes a word, Enter belongs to it.
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(chat, event);
}

function send(chat, event) {
  event.preventDefault();
  const field = chat.find('.row textarea');
  const text = field.value.trim();
  const { files } = chat.draft;
  field.focus();
  if (files.some(({ token }) => !token) || !(text || files.length)) return;
  chat.conversation.write(text, files);
  field.value = '';
  chat.keep(field);
  chat.notice = null;
  change(chat, { files: [], showsEmoji: false, problem: null });
}

function insert(chat, emoji) {
  const field = chat.find('.row textarea');
  field.setRangeText(emoji, field.selectionStart, field.selectionEnd, 'end');
  chat.keep(field);
  field.focus();
}

function take(chat, event, files) {
  event.preventDefault();
  for (const file of files) upload(chat, file);
  chat.find('[type=file]').value = ''; // so that the same file can be chosen again
}

async function upload(chat, file) {
  if (file.size > LARGEST_BYTES) return change(chat, { problem: 'too_large' });
  const waiting = { name: file.name };
  change(chat, { files: [...chat.draft.files, waiting], problem: null });
  try {
    Object.assign(waiting, await chat.conversation.upload(file));
    chat.changed();
  } catch (error) {
    remove(chat, waiting);
    change(chat, { problem: error.message });
  }
}

function remove(chat, removed) {
  change(chat, { files: chat.draft.files.filter((file) => file !== removed) });
}
