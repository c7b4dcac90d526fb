import './age.js';
import { html, svg, nothing } from './element.js';
import { AXES, reasonWord, shape, stateMark, stateWord, toneOf } from './axes.js';
import { number, percent, t, wordOf } from './i18n.js';
import { href } from './route.js';

/** Parts of the overview: each a template of plain data. */

/** A large figure with its words, and the list behind it, if any; null is not known yet. */
export function figure(words, value, { decimals = 0, address = null, tone = null } = {}) {
  const isKnown = value !== null && value !== undefined;
  const shown = isKnown ? number(value, decimals) : unknown();
  return html`
    <div class="figure">
      <dt>${tone && value > 0 ? shape(tone) : nothing} ${words}</dt>
      <dd>${address && isKnown ? html`<a href=${address}>${shown}</a>` : shown}</dd>
    </div>
  `;
}

export const unknown = () => html`<span class="faint">${t('unknown')}</span>`;

/** When a number was true, and how old it is by now. */
export const asOf = (millis) => html`<q-age .at=${millis}></q-age>`;

/** One axis: a bar of its states and a line of each, that leads to the devices in it. */
export function axisCard(axis, counts, enterprise) {
  const told = counts?.[axis];
  const total = counts?.total ?? 0;
  const states = told
    ? [...new Set([...Object.keys(AXES[axis]), ...Object.keys(told)])].filter((s) => s in told)
    : [];
  return html`
    <section class="card axis">
      <h3>${t(`axis.${axis}`)}</h3>
      ${told
        ? html`${bar(axis, states, told, total)}
            <ul class="states">
              ${states.map((state) => line(axis, state, told[state], total, enterprise))}
            </ul>
            ${axis === 'connection' ? html`<p class="faint note">${t('overview.share')}</p>` : nothing}`
        : html`<p class="faint">${t('unknown')}</p>`}
    </section>
  `;
}

function bar(axis, states, told, total) {
  let from = 0;
  const parts = states.map((state) => {
    const width = total > 0 ? (1000 * told[state]) / total : 0;
    const part = svg`<rect class="fill ${toneOf(axis, state)}" x=${from} width=${width} height="14"/>`;
    from += width;
    return part;
  });
  return html`<svg class="bar" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">
    <rect class="fill none" width="1000" height="14" />
    ${parts}
  </svg>`;
}

function line(axis, state, count, total, enterprise) {
  const text = html`${shape(toneOf(axis, state))}<span>${stateWord(axis, state)}</span>
    <b>${number(count)}</b>
    <span class="faint">${total > 0 ? percent(count / total) : ''}</span>`;
  return html`<li>
    ${enterprise
      ? html`<a href=${href('/devices', { enterprise, [axis]: state })}>${text}</a>`
      : html`<span class="row">${text}</span>`}
  </li>`;
}

/** The most frequent reasons why devices are not well. */
export const reasonsCard = (reasons, enterprise) => html`
  <section class="card">
    <h2>${t('reasons.title')}</h2>
    ${!reasons
      ? html`<p class="faint">${t('unknown')}</p>`
      : reasons.length === 0
        ? html`<p>${t('reasons.none')}</p>`
        : html`<table>
            <thead>
              <tr>
                <th scope="col">${t('reasons.reason')}</th>
                <th scope="col">${t('reasons.state')}</th>
                <th scope="col" class="right">${t('devices')}</th>
              </tr>
            </thead>
            <tbody>
              ${reasons.map((row) => reasonRow(row, enterprise))}
            </tbody>
          </table>`}
  </section>
`;

function reasonRow({ axis, state, reason, count }, enterprise) {
  const address = href('/devices', { enterprise, [axis]: state, reason });
  return html`<tr>
    <td>${enterprise ? html`<a href=${address}>${reasonWord(reason)}</a>` : reasonWord(reason)}</td>
    <td>${stateMark(axis, state)}</td>
    <td class="right">${number(count)}</td>
  </tr>`;
}

/** How far the plan's figures are reached. */
export const planCard = (plan, at) => html`
  <section class="card">
    <h2>${t('plan.title')} ${asOf(at)}</h2>
    ${plan
      ? html`<ul class="plan">
          ${plan.map(planRow)}
        </ul>`
      : html`<p class="faint">${t('unknown')}</p>`}
    <p class="faint source">${t('plan.source')}</p>
  </section>
`;

function planRow({ figure: name, target, value }) {
  const known = value !== null && value !== undefined;
  const words = wordOf('plan', name);
  return html`<li>
    <span>${words} <span class="faint what">${wordOf('plan.what', name)}</span></span>
    <span class="right">
      ${known
        ? html`<b>${number(value)}</b> / ${number(target)}
            <span class="share">${percent(value / target)}</span>`
        : unknown()}
    </span>
    <progress aria-label=${words} max=${target} value=${known ? Math.min(value, target) : 0}>
    </progress>
  </li>`;
}

/**
 * Rows of things with counts: enterprises, factories, lines, models. order: {sort, sortBy(sort)},
 * where the server can sort them.
 */
export const countsTable = (caption, first, rows, more = nothing, order = null) => html`
  <section class="card wide">
    <div class="head">${caption}</div>
    <div class="scroll" tabindex="0" role="region" aria-label=${first}>
      <table>
        <thead>
          <tr>
            ${head(first, 'name', order)} ${head(t('devices'), 'devices', order)}
            ${COLUMNS.map(([axis, state]) => head(stateWord(axis, state), state, order))}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ name, counts }) => html`<tr>
              <th scope="row">${name}</th>
              <td class="right">${counts?.total === undefined ? '–' : number(counts.total)}</td>
              ${COLUMNS.map(([axis, state]) => countCell(counts, axis, state))}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${more}
  </section>
`;

/** In which the API can sort enterprises, and from what it begins with. */
const SORTS = { name: 'ascending', devices: 'descending', offline: 'descending' };

function head(words, sort, order) {
  const side = sort === 'name' ? '' : 'right';
  const direction = SORTS[sort];
  if (!order || !direction) {
    return html`<th scope="col" class=${side} data-of=${sort}>${words}</th>`;
  }
  const isSorted = order.sort === sort;
  const arrow = isSorted ? (direction === 'ascending' ? '▲' : '▼') : '↕';
  return html`<th scope="col" class=${side} data-of=${sort} aria-sort=${isSorted ? direction : 'none'}>
    <button class="sort" @click=${() => order.sortBy(sort)}>
      ${words}<span class="arrow" aria-hidden="true">${arrow}</span>
    </button>
  </th>`;
}

/** What one looks for in a table of many: who is there, and who is not well. */
const COLUMNS = [
  ['connection', 'online'],
  ['connection', 'offline'],
  ['data', 'silent'],
  ['data', 'stale'],
  ['quality', 'bad'],
];

function countCell(counts, axis, state) {
  const count = counts?.[axis]?.[state];
  if (count === undefined) {
    return html`<td class="right faint" data-of=${state}>–</td>`;
  }
  const tone = toneOf(axis, state);
  return html`<td class="right" data-of=${state}>
    ${count > 0 && tone !== 'good' ? shape(tone) : nothing} ${number(count)}
  </td>`;
}
