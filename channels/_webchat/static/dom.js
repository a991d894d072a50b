// Descriptions of elements, and making the page be like them: what is the same stays as it is, with
// its focus, its scroll position and what was typed into it.

const NAMESPACES = { svg: 'http://www.w3.org/2000/svg', path: 'http://www.w3.org/2000/svg' };

// 'p.day' is a paragraph of the class day. A child is a description, a text, or nothing.
export const h = (tag, attributes, ...children) => ({ tag, attributes, children: children.flat(2) });

export function draw(parent, children) {
  children.forEach((child, at) => {
    const old = parent.childNodes[at];
    const node = drawn(child, old);
    if (!old) parent.append(node);
    else if (node !== old) old.replaceWith(node);
  });
  while (parent.childNodes.length > children.length) parent.lastChild.remove();
}

function drawn(wanted, old) {
  if (!wanted?.tag) return drawnText(wanted || '', old); // nothing keeps its place, as an empty text
  const was = old?.description;
  if (was === wanted) return old;
  const isLike = was?.tag === wanted.tag && was.attributes.key === wanted.attributes.key;
  const node = isLike ? old : made(wanted.tag);
  setAttributes(node, wanted.attributes, isLike ? was.attributes : {});
  draw(node, wanted.children);
  node.description = wanted;
  return node;
}

function drawnText(text, old) {
  if (old?.nodeType !== Node.TEXT_NODE) return new Text(text);
  if (old.data !== `${text}`) old.data = text; // the same text again would be read out again
  return old;
}

function made(tag) {
  const [name, ...classes] = tag.split('.');
  const namespace = NAMESPACES[name] || 'http://www.w3.org/1999/xhtml';
  const node = document.createElementNS(namespace, name);
  node.classList.add(...classes);
  return node;
}

function setAttributes(node, wanted, was) {
  for (const name in { ...was, ...wanted }) {
    const value = wanted[name];
    if (value === was[name]) continue;
    if (typeof value === 'function') node[name] = value;
    else if (name === 'style') value.forEach(([key, text]) => node.style.setProperty(key, text));
    else if (value == null || value === false) node.removeAttribute(name);
    else if (name !== 'key') node.setAttribute(name, value === true ? '' : value);
  }
}
