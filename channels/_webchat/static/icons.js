// The few drawings of the widget, as strokes on a grid of 24.
import { h } from './dom.js';

const PATHS = {
  chat: 'M4 5h16v11H9l-5 4z',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5 12h0M12 12h0M19 12h0',
  send: 'M12 20V5M5 11l7-7 7 7',
  clip: 'M19 11l-7 7a4 4 0 0 1-6-6l7-7a3 3 0 0 1 4 4l-7 7a1 1 0 0 1-2-2l6-6',
  smile: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M8 14a5 5 0 0 0 8 0M9 9.500h0M15 9.500h0',
};

export const icon = (name) =>
  h('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, h('path', { d: PATHS[name] }));

export const iconButton = (name, label, onclick, rest) =>
  h('button.icon', { type: 'button', 'aria-label': label, title: label, onclick, ...rest }, icon(name));
