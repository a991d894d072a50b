// Addresses in a text become links: http, https, mailto and tel, and no others.
import { h } from './dom.js';

// Marks that turn the direction of writing are never part of an address: they could disguise it.
// What ends a sentence does not end an address, in Latin or in Persian.
const ADDRESS =
  /(https?:\/\/[^\s<>"'\u200e\u200f\u202a-\u202e\u2066-\u2069]*[^\s<>"'\u200e\u200f\u202a-\u202e\u2066-\u2069.,:;!?)\]»،؛؟])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)|\+\d[\d -]{6,}\d/gi;

export function withLinks(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const [found, web, email] = match;
    const href = web || (email ? `mailto:${email}` : `tel:${found.replace(/[ -]/g, '')}`);
    const link = h('a', { href, target: '_blank', rel: 'noopener noreferrer', dir: 'ltr' }, found);
    parts.push(text.slice(end, match.index), link);
    end = match.index + found.length;
  }
  return [...parts, text.slice(end)];
}
