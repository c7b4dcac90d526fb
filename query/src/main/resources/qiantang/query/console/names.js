import { html } from './element.js';
import { get, ofDevice } from './api.js';
import { href } from './route.js';

/**
 * Names of gateways: a device's row has its gateway's id alone. Each is asked for once, when it is
 * to be seen; until there is an answer, and where it may not be seen, the id stands for it.
 */

const AT_ONCE = 4;

/** By address: what the gateway is called; null while that is asked for, or not to be known. */
const names = new Map();
const hidden = new Set();
const waiting = [];
let asking = 0;

/** A gateway by its name, which leads to it; the event `names` says that there are more. */
export function gatewayLink(enterprise, id, { isTabStop = true } = {}) {
  const path = ofDevice(enterprise, id);
  if (!names.has(path)) {
    names.set(path, null);
    waiting.push(path);
    askOn();
  }
  const words = names.get(path) ?? id;
  return hidden.has(path)
    ? words
    : html`<a
        href=${href('/device', { enterprise, device: id })}
        title=${id}
        tabindex=${isTabStop ? '0' : '-1'}
        >${words}</a
      >`;
}

function askOn() {
  while (asking < AT_ONCE && waiting.length > 0) {
    asking++;
    ask(waiting.pop()); // the newest is the one under one's eyes
  }
}

async function ask(path) {
  try {
    const { name, id } = await get(path);
    names.set(path, name || id);
  } catch ({ status }) {
    if (status === 403 || status === 404) {
      hidden.add(path);
    } else {
      names.delete(path); // asked again when it is drawn again
    }
  } finally {
    asking--;
    window.dispatchEvent(new Event('names'));
    askOn();
  }
}
