// What a host page's script tag starts: the element, and `contactcenter` to speak with it.
import { Chat } from './chat.js';

const VERSION = '__VERSION__'; // the server writes it: a hash over all that it serves

function start() {
  const script = document.currentScript || document.querySelector('script[data-entry-point]');
  if (window.contactcenter) return; // the tag is there twice: one widget is enough
  customElements.define('contactcenter-chat', Chat);
  const chat = new Chat();
  const begun = whenReady().then(() => chat.begin(new URL('.', script.src).href, VERSION, script.dataset));
  begun.catch((error) => console.error('contactcenter: no chat on this page', error));
  const later = (name) => (given) => begun.then(() => chat[name](given));
  window.contactcenter = {
    open: later('open'),
    close: later('close'),
    identify: later('identify'),
    forget: later('forget'),
  };
}

const whenReady = async () =>
  document.body || new Promise((ready) => addEventListener('DOMContentLoaded', ready));

start();
