import { View, html, svg } from './element.js';
import { AXES, shape, stateWord, toneOf } from './axes.js';
import { hourMinute, number, t } from './i18n.js';

const HEIGHT = 120;
const WIDTH = 1000;
const HOURS = 24;
const HOUR_MILLIS = 3_600_000;

/** The last 24 hours of one axis: a column an hour, and the same as a table. */
class Trend extends View {
  static properties = { trend: {}, axis: { state: true } };

  constructor() {
    super();
    this.axis = 'connection';
  }

  render() {
    return html`
      <section class="card">
        <div class="head">
          <h2>${t('trend.title')}</h2>
          <label>
            <span class="hidden">${t('trend.axis')}</span>
            <select @change=${(event) => (this.axis = event.target.value)}>
              ${Object.keys(AXES).map(
                (axis) =>
                  html`<option value=${axis} ?selected=${axis === this.axis}>
                    ${t(`axis.${axis}`)}
                  </option>`,
              )}
            </select>
          </label>
        </div>
        ${this.trend?.length ? this.columns() : html`<p class="faint">${t('unknown')}</p>`}
      </section>
    `;
  }

  columns() {
    const states = Object.keys(AXES[this.axis]).filter((state) =>
      this.trend.some(({ counts }) => counts[this.axis]?.[state] !== undefined),
    );
    const most = Math.max(1, ...this.trend.map(({ counts }) => counts.total));
    const step = WIDTH / HOURS;
    const last = this.trend.at(-1).at;
    const first = last - (HOURS - 1) * HOUR_MILLIS; // hours of which nothing is known stay empty
    const slot = (at) => Math.round((at - first) / HOUR_MILLIS);
    return html`
      <svg
        class="trend"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        ${this.trend
          .filter(({ at }) => slot(at) >= 0)
          .map(({ at, counts }) => this.column(counts, states, slot(at) * step, step, most))}
      </svg>
      <div class="ends" aria-hidden="true">
        <span>${hourMinute(first)}</span><span>${hourMinute(last)}</span>
      </div>
      <ul class="legend">
        ${states.map(
          (state) =>
            html`<li>${shape(toneOf(this.axis, state))} ${stateWord(this.axis, state)}</li>`,
        )}
      </ul>
      <details>
        <summary>${t('as-table')}</summary>
        ${this.table(states)}
      </details>
    `;
  }

  column(counts, states, x, step, most) {
    let y = HEIGHT;
    return states.map((state) => {
      const height = (HEIGHT * (counts[this.axis]?.[state] ?? 0)) / most;
      y -= height;
      return svg`<rect class="fill ${toneOf(this.axis, state)}" x=${x + step * 0.08} y=${y}
        width=${step * 0.84} height=${height}/>`;
    });
  }

  table(states) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('trend.title')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('time')}</th>
            ${states.map(
              (state) => html`<th scope="col" class="right">${stateWord(this.axis, state)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${this.trend.map(
            ({ at, counts }) => html`<tr>
              <th scope="row">${hourMinute(at)}</th>
              ${states.map(
                (state) =>
                  html`<td class="right">
                    ${counts[this.axis]?.[state] === undefined
                      ? '–'
                      : number(counts[this.axis][state])}
                  </td>`,
              )}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

customElements.define('q-trend', Trend);
