import { View, html, nothing, svg } from './element.js';
import { get, ofDevice } from './api.js';
import { reasonWord, shape } from './axes.js';
import { dateTime, day, hourMinute, number, percent, span, t, time } from './i18n.js';
import { troubleNote } from './trouble.js';

const HOUR_MILLIS = 3_600_000;
export const RANGES = { '24h': 24, '7d': 7 * 24, '90d': 90 * 24 };
const PAGE = 200;
// A device that connects each minute has 130,000 in 90 days: the newest thousand, and that is said.
const PAGES_MAX = 5;
const ROWS_MAX = 100;
const LEAST_SHARE = 0.001;
const AGAIN_MILLIS = 15_000;

/**
 * When a device was connected: a line over the time, and each session with why it ended. created:
 * when it was, known: when the first of it arrived, or null; what was before it is no time lost.
 */
class Connections extends View {
  static properties = {
    enterprise: {},
    device: {},
    created: {},
    known: {},
    range: { state: true },
    seen: { state: true },
    trouble: { state: true },
  };

  constructor() {
    super();
    this.range = '24h';
  }

  connectedCallback() {
    super.connectedCallback();
    const timer = setInterval(() => this.look(), AGAIN_MILLIS);
    this.onLeave(() => clearInterval(timer));
  }

  updated(changed) {
    if (changed.has('device') || changed.has('range')) {
      this.look();
    }
  }

  async look() {
    const until = Date.now();
    const from = until - RANGES[this.range] * HOUR_MILLIS;
    const asked = `${this.device} ${this.range}`;
    try {
      const items = [];
      let cursor;
      for (let page = 0; page < PAGES_MAX && cursor !== null; page++) {
        const path = ofDevice(this.enterprise, this.device, '/connections');
        const answer = await get(path, { from, to: until, limit: PAGE, cursor });
        items.push(...answer.items);
        cursor = answer.next;
      }
      if (asked === `${this.device} ${this.range}`) {
        this.seen = { from, until, items, isWhole: cursor === null };
        this.trouble = null;
      }
    } catch (trouble) {
      this.trouble = trouble;
    }
  }

  /** Called when a state changed: what is shown is old. */
  again() {
    this.look();
  }

  render() {
    return html`
      <section class="card">
        <div class="head">
          <h2>${t('connections.title')}</h2>
          <label>
            <span class="hidden">${t('range.label')}</span>
            <select @change=${(event) => (this.range = event.target.value)}>
              ${Object.keys(RANGES).map(
                (range) =>
                  html`<option value=${range} ?selected=${range === this.range}>
                    ${t(`range.${range}`)}
                  </option>`,
              )}
            </select>
          </label>
        </div>
        ${this.trouble ? troubleNote(this.trouble) : nothing}
        ${this.seen ? this.timeline(this.seen) : html`<p class="faint">${t('loading')}</p>`}
      </section>
    `;
  }

  timeline({ from, until, items, isWhole }) {
    const x = (at) => (1000 * (Math.max(from, at) - from)) / (until - from);
    const stretches = items
      .map((item) => ({ item, begin: x(item.connectedAt), end: x(endOf(item, until)) }))
      .filter(({ begin, end }) => end >= begin);
    const connected = stretches.reduce((sum, { begin, end }) => sum + (end - begin), 0);
    // Before something of it came it was not there; and sessions that were not read are not known.
    const heard = this.known ?? this.created ?? from;
    const since = isWhole ? heard : Math.max(heard, items.at(-1).connectedAt);
    const share = connected / (1000 - x(since));
    const words =
      since <= from
        ? 'connections.share'
        : since > heard
          ? 'connections.from'
          : 'connections.since';
    const edge = until - from > 2 * 24 * HOUR_MILLIS ? day : hourMinute;
    return html`
      <svg
        class="timeline"
        viewBox="0 0 1000 24"
        preserveAspectRatio="none"
        role="img"
        aria-label=${t('connections.label', { count: number(items.length), share: shown(share) })}
      >
        <rect class="fill none" width="1000" height="24" />
        ${stretches.map(
          ({ item, begin, end }) =>
            svg`<rect class="fill ${item.state === 'unknown' ? 'old' : 'good'}" x=${begin} y="3"
              width=${Math.max(1.5, end - begin)} height="18"/>`,
        )}
      </svg>
      <div class="ends" aria-hidden="true">
        <span>${edge(from)}</span><span>${edge((from + until) / 2)}</span><span>${t('now')}</span>
      </div>
      <p class="faint">
        ${shape('good')} ${t(words, {
          share: shown(share),
          count: number(items.length),
          range: t(`range.${this.range}`),
          time: time(since),
        })}
        ${isWhole ? nothing : t('connections.part', { count: number(items.length) })}
      </p>
      <details>
        <summary>${t('connections.each')}</summary>
        ${this.sessions(items)}
      </details>
    `;
  }

  sessions(items) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('connections.each')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('connections.began')}</th>
            <th scope="col">${t('connections.ended')}</th>
            <th scope="col" class="right">${t('connections.lasted')}</th>
            <th scope="col">${t('reasons.reason')}</th>
          </tr>
        </thead>
        <tbody>
          ${items.slice(0, ROWS_MAX).map(
            (item) => html`<tr>
              <td title=${dateTime(item.connectedAt)}>${time(item.connectedAt)}</td>
              <td>${item.disconnectedAt ? time(item.disconnectedAt) : t(`session.${item.state}`)}</td>
              <td class="right">${item.durationSeconds === null ? '–' : span(item.durationSeconds)}</td>
              <td>${item.reason ? reasonWord(item.reason) : '–'}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${items.length > ROWS_MAX ? html`<p class="faint">${t('connections.newest', { count: ROWS_MAX })}</p>` : nothing}
    </div>`;
  }
}

/** What is there but hardly so reads as that, not as nothing. */
function shown(share) {
  return share > 0 && share < LEAST_SHARE
    ? `< ${percent(LEAST_SHARE)}`
    : percent(Math.min(1, share));
}

function endOf({ state, connectedAt, disconnectedAt }, until) {
  const isOpen = state === 'open' || state === 'with-gateway';
  return disconnectedAt ?? (isOpen ? until : connectedAt);
}

customElements.define('q-connections', Connections);
