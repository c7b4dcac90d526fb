import { View, html, nothing } from './element.js';
import { get, ofEnterprise, repeat } from './api.js';
import { AXES } from './axes.js';
import { contract } from './contract.js';
import { asOf, axisCard, countsTable, figure, planCard, reasonsCard } from './figures.js';
import { howNote } from './how.js';
import { languageNow, t, wordOf } from './i18n.js';
import { watch } from './live.js';
import { go, href } from './route.js';
import { troubleNote } from './trouble.js';
import './trend.js';

const EVERY_MILLIS = 5000;
// Many machines change at once: counts are asked for at most so often.
const SOON_MILLIS = 1000;
const LEVELS = ['factory', 'line', 'model'];
// A page of enterprises, each asked for its counts where the server keeps none of platforms.
const ENTERPRISES_AT_ONCE = 50;
const ENTERPRISES = '/v1/platforms/{platform}/enterprises';
// Who has most machines offline comes first, unless the address says otherwise.
const SORT_USUAL = 'offline';

/** How all devices of an enterprise or a platform are: counts, reasons, rates, trend, plan. */
class Overview extends View {
  static properties = {
    given: {},
    params: {},
    seen: { state: true },
    trouble: { state: true },
    how: { state: true },
  };

  willUpdate(changed) {
    const { enterprise, platform } = this.given.scope;
    const scope = `${enterprise ?? ''}/${platform ?? ''}`;
    const { by = '', sort = '', cursor = '' } = this.params;
    const wanted = `${scope}/${by}/${sort}/${cursor}`;
    if (changed.has('given') && wanted !== this.shown) {
      this.seen = scope === this.scopeShown ? this.seen : null; // else it stays until there is more
      this.scopeShown = scope;
      this.trouble = null;
      this.leave();
      this.shown = wanted;
      this.end = repeat(EVERY_MILLIS, () => this.look(wanted));
      if (enterprise) {
        this.unwatch = watch({ enterprise, events: 'state' }, {
          state: () => this.lookSoon(wanted),
          missed: () => this.lookSoon(wanted),
          how: (how, since) => (this.how = { how, since }),
        });
      }
    }
  }

  leave() {
    this.end?.();
    this.unwatch?.();
    this.unwatch = null;
    clearTimeout(this.soon);
    this.soon = 0;
    this.how = null;
    this.shown = undefined;
  }

  /** A machine has changed: its enterprise is counted again. */
  lookSoon(wanted) {
    this.soon ||= setTimeout(() => {
      this.soon = 0;
      this.look(wanted).catch(() => {}); // what is wrong is shown already
    }, SOON_MILLIS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.leave();
  }

  async look(wanted) {
    const { enterprise, platform } = this.given.scope;
    try {
      const seen = enterprise ? await this.ofEnterprise(enterprise) : await this.ofPlatform(platform);
      if (wanted === this.shown) {
        this.seen = seen;
        this.trouble = null;
      }
    } catch (trouble) {
      if (wanted === this.shown) {
        this.trouble = trouble;
      }
      throw trouble;
    }
  }

  async ofEnterprise(id) {
    const api = await contract();
    const hasHealth = api.has('/v1/enterprises/{enterprise}/health');
    const by = LEVELS.includes(this.params.by) ? this.params.by : 'line';
    const [row, health] = await Promise.all([
      get(ofEnterprise(id)),
      hasHealth ? get(ofEnterprise(id, '/health'), { by }) : null,
    ]);
    const at = health?.at ?? Date.now();
    return {
      name: row.name,
      at,
      counts: health?.counts ?? countsOf(row),
      reasons: health?.reasons ?? null,
      trend: health?.trend ?? null,
      by: health?.by ?? null,
      perSecond: this.rate(id, row.messages.accepted) ?? row.usage?.messagesPerSecond ?? null,
      messages: row.messages,
    };
  }

  /** Messages a second between the last two answers; a count moves on in steps of seconds. */
  rate(id, accepted) {
    const now = Date.now();
    const counts = this.counted?.id === id ? this.counted.counts : [];
    if (counts.at(-1)?.accepted !== accepted) {
      counts.push({ accepted, now });
    }
    // Half a minute of steps: one alone says more of when it was taken than of the rate.
    while (counts.length > 2 && now - counts[0].now > 30_000) {
      counts.shift();
    }
    this.counted = { id, counts };
    const [first, last] = [counts[0], counts.at(-1)];
    return last.now > first.now
      ? (1000 * (last.accepted - first.accepted)) / (last.now - first.now)
      : null;
  }

  async ofPlatform(id) {
    const api = await contract();
    if (!api.has('/v1/platforms/{platform}')) {
      return this.ofEnterprisesAlone(id);
    }
    const path = `/platforms/${encodeURIComponent(id)}`;
    const [row, enterprises] = await Promise.all([
      get(path),
      api.has(ENTERPRISES)
        ? get(`${path}/enterprises`, {
            limit: ENTERPRISES_AT_ONCE,
            cursor: this.params.cursor,
            sort: api.takes(ENTERPRISES, 'sort') ? (this.params.sort ?? SORT_USUAL) : null,
          })
        : null,
    ]);
    return {
      name: (languageNow() === 'en' && row.nameEn) || row.name,
      kind: row.kind,
      at: row.countedAt,
      counts: row.devices,
      enterprises: row.enterprises,
      perSecond: row.messagesPerSecond,
      reasons: row.reasons ?? null,
      trend: row.trend ?? null,
      plan: row.plan ?? null,
      list: enterprises?.items.map(({ id: one, name, devices }) => ({ id: one, name, counts: devices })),
      next: enterprises?.next,
      isSorted: api.takes(ENTERPRISES, 'sort'),
    };
  }

  /** Of a server that keeps no counts of platforms: the enterprises, each with its own. */
  async ofEnterprisesAlone(id) {
    const listed = this.given.enterprises.filter(({ platforms }) => platforms.includes(id));
    const list = [];
    for (const { id: one, name } of listed.slice(0, ENTERPRISES_AT_ONCE)) {
      list.push({ id: one, name, counts: countsOf(await get(ofEnterprise(one))) });
    }
    const isWhole = listed.length <= ENTERPRISES_AT_ONCE && this.given.enterprises.length < 100;
    return {
      name: id,
      at: Date.now(),
      counts: isWhole ? sumOf(list.map(({ counts }) => counts)) : null,
      enterprises: isWhole ? listed.length : null,
      perSecond: null,
      reasons: null,
      trend: null,
      plan: null,
      list,
    };
  }

  render() {
    const { enterprise } = this.given.scope;
    if (!this.seen) {
      return this.trouble
        ? troubleNote(this.trouble)
        : html`<p role="status">${t('loading')}</p>`;
    }
    const { seen } = this;
    return html`
      <div class="title">
        <h1>${seen.name}</h1>
        ${seen.kind ? html`<span class="tag">${wordOf('platform', seen.kind)}</span>` : nothing}
        ${asOf(seen.at)}
        ${howNote(enterprise ? this.how : { how: 'counted' })}
        ${enterprise
          ? html`<a class="button" href=${href('/devices', { enterprise })}>
              ${t('overview.all-devices')}
            </a>`
          : nothing}
      </div>
      ${this.trouble ? troubleNote(this.trouble) : nothing} ${this.figures(seen, enterprise)}
      <h2 class="hidden">${t('overview.axes')}</h2>
      <div class="axes">
        ${Object.keys(AXES).map((axis) => axisCard(axis, seen.counts, enterprise))}
      </div>
      <div class="pair">
        ${reasonsCard(seen.reasons, enterprise)}
        ${enterprise || seen.trend
          ? html`<q-trend .trend=${seen.trend}></q-trend>`
          : planCard(seen.plan, seen.at)}
      </div>
      ${enterprise ? this.levels(seen, enterprise) : this.members(seen)}
    `;
  }

  figures(seen, enterprise) {
    const list = (filter) => (enterprise ? href('/devices', { enterprise, ...filter }) : null);
    return html`<dl class="figures">
      ${figure(t('devices'), seen.counts?.total, { address: list({}) })}
      ${figure(t('overview.online'), seen.counts?.connection?.online, {
        address: list({ connection: 'online' }),
        tone: 'good',
      })}
      ${figure(t('overview.offline'), seen.counts?.connection?.offline, {
        address: list({ connection: 'offline' }),
        tone: 'bad',
      })}
      ${figure(t('overview.silent'), seen.counts?.data?.silent, {
        address: list({ data: 'silent' }),
        tone: 'bad',
      })}
      ${figure(t('overview.per-second'), seen.perSecond, { decimals: seen.perSecond < 10 ? 1 : 0 })}
      ${enterprise
        ? html`${figure(t('overview.accepted'), seen.messages.accepted)}
          ${figure(t('overview.refused'), seen.messages.refused)}`
        : figure(t('overview.enterprises'), seen.enterprises)}
    </dl>`;
  }

  levels(seen, enterprise) {
    if (!seen.by) {
      return nothing;
    }
    const by = LEVELS.includes(this.params.by) ? this.params.by : 'line';
    const caption = html`<h2>${t('by.title')}</h2>
      <label>
        <span class="hidden">${t('by.label')}</span>
        <select
          @change=${(event) => go(href('/', { enterprise, by: event.target.value }))}
        >
          ${LEVELS.map(
            (level) =>
              html`<option value=${level} ?selected=${level === by}>${t(`device.${level}`)}</option>`,
          )}
        </select>
      </label>`;
    const rows = seen.by.map(({ id, factory, counts }) => ({
      name: id
        ? html`<a href=${href('/devices', { enterprise, factory, [by]: id })}>
            ${factory ? `${factory} / ${id}` : id}
          </a>`
        : html`<span class="faint">${factory ? `${factory} / ` : ''}${t('by.none')}</span>`,
      counts,
    }));
    return countsTable(caption, t(`device.${by}`), rows);
  }

  members(seen) {
    const rows = (seen.list ?? []).map(({ id, name, counts }) => ({
      name: html`<a href=${href('/', { enterprise: id })}>${name}</a>`,
      counts,
    }));
    const { platform } = this.given.scope;
    const { sort, cursor } = this.params;
    const more = html`<p class="pager">
      ${cursor
        ? html`<a class="button" href=${href('/', { platform, sort })}>${t('page.first')}</a>`
        : nothing}
      ${seen.next
        ? html`<a class="button" href=${href('/', { platform, sort, cursor: seen.next })}>
            ${t('page.next')}
          </a>`
        : nothing}
    </p>`;
    const order = seen.isSorted
      ? {
          sort: sort ?? SORT_USUAL,
          sortBy: (wanted) => go(href('/', { platform, sort: wanted }), { replace: true }),
        }
      : null;
    return html`
      ${seen.trend ? planCard(seen.plan, seen.at) : nothing}
      ${countsTable(html`<h2>${t('overview.enterprises')}</h2>`, t('enterprise'), rows, more, order)}
    `;
  }
}

/** Counts as health has them, from those that an enterprise's row has. */
function countsOf({ devices }) {
  const { total, online, offline, never } = devices;
  return { total, connection: { online, offline, never } };
}

function sumOf(all) {
  const sum = { total: 0, connection: { online: 0, offline: 0, never: 0 } };
  for (const { total, connection } of all) {
    sum.total += total;
    for (const state of Object.keys(sum.connection)) {
      sum.connection[state] += connection[state];
    }
  }
  return sum;
}

customElements.define('q-overview', Overview);
