import { html, svg, nothing } from './element.js';
import { t, wordOf } from './i18n.js';

/** The four axes of a device's health, and how their states look: a shape, a colour and a word. */

/** States of each axis, the best first; each has a shape that no other state of its axis has. */
export const AXES = {
  lifecycle: {
    active: 'good',
    registered: 'idle',
    'never-connected': 'warn',
    disabled: 'off',
  },
  connection: { online: 'good', offline: 'bad', never: 'idle', unknown: 'off' },
  data: { fresh: 'good', late: 'warn', silent: 'bad', stale: 'old' },
  quality: { good: 'good', suspect: 'warn', bad: 'bad' },
};

const SHAPES = {
  good: svg`<circle cx="6" cy="6" r="5"/>`,
  warn: svg`<path d="M6 .8 11.6 11H.4z"/>`,
  bad: svg`<path d="M6 .2 11.8 6 6 11.8.2 6z"/>`,
  old: svg`<path d="M1.5 1.5h9v9h-9z"/>`,
  idle: svg`<circle class="hollow" cx="6" cy="6" r="4"/>`,
  off: svg`<path d="M1 4.6h10v2.8H1z"/>`,
};

/** How a state looks: good, warn, bad, old, idle or off. */
export const toneOf = (axis, state) => AXES[axis]?.[state] ?? 'off';

/** The shape alone; a word must stand beside it. */
export const shape = (tone) =>
  html`<svg class="mark ${tone}" viewBox="0 0 12 12" aria-hidden="true">${SHAPES[tone]}</svg>`;

export const stateWord = (axis, state) => wordOf(`state.${axis}`, state);

/** Shape and word of a state; of one that the server did not tell, that. */
export const stateMark = (axis, state) =>
  state
    ? html`<span class="state">${shape(toneOf(axis, state))}${stateWord(axis, state)}</span>`
    : html`<span class="faint">${t('unknown')}</span>`;

/**
 * The axes of a device: those of its health, or as far as the older members tell. An axis that is
 * not told is null.
 */
export function axesOf(device) {
  const { health } = device;
  const told = {
    lifecycle: { state: device.lifecycle, since: null },
    connection: { state: device.connection, since: device.since },
  };
  return Object.fromEntries(
    Object.keys(AXES).map((axis) => [axis, health?.[axis] ?? told[axis] ?? null]),
  );
}

const GATEWAY = 'gateway-';

/** A reason in words, where there is one; of a gateway's, the gateway's words. */
export function reasonWord(reason) {
  if (!reason) {
    return nothing;
  }
  const words = wordOf('reason', reason);
  return words === reason && reason.startsWith(GATEWAY)
    ? t('reason.of-gateway', { reason: wordOf('reason', reason.slice(GATEWAY.length)) })
    : words;
}
