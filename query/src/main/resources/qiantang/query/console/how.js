import { html, nothing } from './element.js';
import { clock, t } from './i18n.js';
import { lostAt, reached } from './link.js';

/**
 * How a panel gets to know what happens: told: {how, since}, as of `watch`. What is lost says since
 * when, whatever else was told before.
 */
export function howNote(told) {
  const since = lostAt() ?? told?.since;
  if (!reached() || told?.how === 'lost') {
    return html`<span class="how lost" role="status">
      <span class="dot lost" aria-hidden="true"></span>
      ${t('how.lost', { time: clock(since ?? Date.now()) })}
    </span>`;
  }
  return html`<span class="how faint" role="status">${told ? howWords(told.how) : nothing}</span>`;
}

const howWords = (how) =>
  how === 'live'
    ? html`<span class="dot" aria-hidden="true"></span>${t('how.live')}`
    : t(`how.${how}`);
