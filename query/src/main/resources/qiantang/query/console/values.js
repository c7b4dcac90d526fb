import { View, html, nothing } from './element.js';
import { shape } from './axes.js';
import { howNote } from './how.js';
import { age, dateTime, period as periodWords, t, value } from './i18n.js';

/** A value may be this many of its metric's own periods old before it looks stale. */
export const PERIODS_MAX = 3;
/** Of a metric whose period is not known, how old; and the least for those that are fast. */
const AGE_MILLIS_MAX = 600_000;
const AGE_MILLIS_LEAST = 15_000;
const EVERY_MILLIS = 1000;

/** The newest value of each metric with its age; what is past its period looks stale. */
class Values extends View {
  static properties = { latest: {}, periods: {}, chosen: {}, choose: {}, how: {}, units: {} };

  connectedCallback() {
    super.connectedCallback();
    const timer = setInterval(() => this.requestUpdate(), EVERY_MILLIS); // ages grow by themselves
    this.onLeave(() => clearInterval(timer));
  }

  updated(changed) {
    const isNew = changed.has('chosen') || (changed.has('latest') && !changed.get('latest'));
    const picked = this.querySelector('.pick[aria-pressed="true"]');
    if (isNew && picked) {
      const list = this.querySelector('.scroll');
      const row = picked.closest('tr');
      const isSeen =
        row.offsetTop >= list.scrollTop + row.offsetHeight &&
        row.offsetTop + row.offsetHeight <= list.scrollTop + list.clientHeight;
      list.scrollTop = isSeen ? list.scrollTop : row.offsetTop - list.clientHeight / 2;
    }
  }

  render() {
    const metrics = [...(this.latest ?? new Map()).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    return html`
      <section class="card values">
        <div class="head">
          <h2>${t('values.title')}</h2>
          ${howNote(this.how)}
        </div>
        ${this.latest === null
          ? html`<p class="faint">${t('loading')}</p>`
          : metrics.length === 0
            ? html`<p>${t('values.none')}</p>`
            : html`<div class="scroll" tabindex="0" role="region" aria-label=${t('values.title')}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">${t('values.metric')}</th>
                    <th scope="col" class="right">${t('values.value')}</th>
                    <th scope="col" class="right">${t('values.age')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${metrics.map(([metric, newest]) => this.row(metric, newest))}
                </tbody>
              </table>
            </div>`}
      </section>
    `;
  }

  row(metric, newest) {
    const period = this.periods?.get(metric);
    const unit = this.units?.[metric]; // of a server that tells none there is none
    const limit = period ? Math.max(AGE_MILLIS_LEAST, PERIODS_MAX * period) : AGE_MILLIS_MAX;
    const isStale = Date.now() - newest.time > limit;
    const title = `${dateTime(newest.time)}${
      period ? `; ${t('values.every', { span: periodWords(period / 1000) })}` : ''
    }`;
    return html`<tr class=${isStale ? 'stale' : ''}>
      <th scope="row">
        <button
          class="pick"
          title=${metric}
          aria-pressed=${metric === this.chosen ? 'true' : 'false'}
          @click=${() => this.choose(metric)}
        >
          ${metric}
        </button>
      </th>
      <td class="right value" title=${typeof newest.value === 'string' ? newest.value : nothing}>
        ${value(newest.value)}${unit ? html` <span class="faint">${unit}</span>` : nothing}
      </td>
      <td class="right age" title=${title}>
        ${isStale ? html`${shape('old')} ${t('values.stale')} ` : nothing}${age(newest.time)}
      </td>
    </tr>`;
  }
}

customElements.define('q-values', Values);
