import { View, html, nothing } from './element.js';
import { get, ofEnterprise, repeat } from './api.js';
import { AXES, axesOf, reasonWord, stateMark, stateWord, toneOf } from './axes.js';
import { contract } from './contract.js';
import { age, dateTime, languageNow, t, wordOf } from './i18n.js';
import { howNote } from './how.js';
import { watch } from './live.js';
import { gatewayLink } from './names.js';
import { go, href } from './route.js';
import { technical } from './trouble.js';
import './list.js';

const PATH = '/v1/enterprises/{enterprise}/devices';
const KINDS = ['device', 'gateway'];
// What is typed; all but the first are whole names, so those of the rows are offered.
const TEXTS = ['text', 'factory', 'line', 'model'];
// In the address alone: a gateway's page leads to those it speaks for.
const GATEWAY = 'gateway';
// In which the API can sort, and from what it begins with.
const SORTS = { name: 'ascending', since: 'descending', reading: 'descending' };
const OFFERED_MAX = 50;
const AGAIN_MILLIS = 10_000;
const TYPING_MILLIS = 300;

/** All devices of an enterprise that the address asks for. */
class Devices extends View {
  static properties = {
    given: {},
    params: {},
    api: { state: true },
    reasons: { state: true },
    how: { state: true },
    isOpen: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    const named = () => this.requestUpdate();
    window.addEventListener('names', named);
    this.onLeave(() => window.removeEventListener('names', named));
    contract().then((api) => (this.api = api), () => setTimeout(() => this.requestUpdate(), 3000));
    this.onLeave(repeat(AGAIN_MILLIS, async () => this.querySelector('q-list')?.refresh()));
  }

  willUpdate() {
    const { scope, enterprises } = this.given;
    this.enterprise = scope.enterprise ?? enterprises[0]?.id;
    const sort = this.sort();
    const key = JSON.stringify([this.enterprise, this.filter(), sort, Boolean(this.api)]);
    if (key !== this.key && this.api && this.enterprise) {
      this.key = key;
      const filter = this.filter();
      const { enterprise } = this;
      this.fetchPage = (limit, cursor) =>
        get(ofEnterprise(enterprise, '/devices'), { ...filter, sort, limit, cursor });
      this.listen(enterprise);
      this.learnReasons(enterprise);
    }
  }

  /** The reasons there are just now, to choose from. */
  async learnReasons(enterprise) {
    if (this.takes('reason') && this.api.has('/v1/enterprises/{enterprise}/health')) {
      try {
        const { reasons } = await get(ofEnterprise(enterprise, '/health'));
        this.reasons = [...new Set(reasons.map(({ reason }) => reason))];
      } catch {
        this.reasons = []; // the list says what is wrong
      }
    }
  }

  /** Live state changes go into the rows that are there. */
  listen(enterprise) {
    if (this.listened !== enterprise) {
      this.listened = enterprise;
      this.unlisten?.();
      this.unlisten = watch({ enterprise, events: 'state' }, {
        state: (change) => this.querySelector('q-list')?.patch(change.device, moved(change)),
        how: (how, since) => (this.how = { how, since }),
      });
      this.onLeave(() => this.unlisten());
    }
  }

  /** The parameters of the address that this server's list takes. */
  filter() {
    const names = [...Object.keys(AXES), ...TEXTS, GATEWAY, 'kind', 'reason'];
    return Object.fromEntries(
      names.filter((name) => this.params[name] && this.takes(name)).map((n) => [n, this.params[n]]),
    );
  }

  /** By what the list is sorted; nothing for the order of ids. */
  sort() {
    return this.takes('sort') && this.params.sort ? this.params.sort : null;
  }

  takes(name) {
    return this.api?.takes(PATH, name) ?? false;
  }

  set(name, value) {
    go(href('/devices', { ...this.params, enterprise: this.enterprise, [name]: value }), {
      replace: true,
    });
  }

  render() {
    const { enterprise } = this;
    if (!enterprise) {
      return html`<p>${t('devices.no-enterprise')}</p>`;
    }
    const named = this.given.enterprises.find(({ id }) => id === enterprise);
    return html`
      <div class="title">
        <h1>${t('devices.title', { enterprise: named?.name ?? enterprise })}</h1>
        ${howNote(this.how)}
      </div>
      ${this.api ? this.filters() : nothing}
      ${this.fetchPage
        ? html`<q-list
            .fetchPage=${this.fetchPage}
            .columns=${this.columns()}
            .label=${t('nav.devices')}
            .sort=${this.sort()}
            .sortBy=${this.takes('sort') ? (sort) => this.set('sort', sort) : null}
            .explain=${(trouble) => this.explain(trouble)}
            .open=${({ id }) => go(href('/device', { enterprise, device: id }))}
          ></q-list>`
        : html`<p role="status">${t('loading')}</p>`}
    `;
  }

  filters() {
    const axes = Object.keys(AXES).filter((axis) => this.takes(axis));
    const set = Object.keys(this.filter());
    const { enterprise } = this;
    const texts = this.params[GATEWAY] ? [...TEXTS, GATEWAY] : TEXTS;
    const rare = set.filter((name) => name !== 'text').length;
    const [first, ...others] = texts
      .filter((name) => this.takes(name))
      .map((name) => this.textFilter(name));
    return html`
      <form
        class="filters ${this.isOpen ? 'open' : ''}"
        role="search"
        @submit=${(event) => event.preventDefault()}
      >
        ${first} ${this.unfolding(rare)} ${others}
        ${this.takes('kind')
          ? this.choice('kind', t('device.kind'), KINDS, (kind) => wordOf('kind', kind))
          : nothing}
        ${axes.map((axis) =>
          this.choice(axis, t(`axis.${axis}`), this.statesOf(axis), (s) => stateWord(axis, s)),
        )}
        ${this.takes('reason') ? this.reasonChoice() : nothing}
        ${set.length > 0
          ? html`<a class="button" href=${href('/devices', { enterprise, sort: this.params.sort })}>
              ${t('devices.all')}
            </a>`
          : nothing}
      </form>
    `;
  }

  /** On a phone the first filter alone is seen, until the others are asked for. */
  unfolding(count) {
    return html`<button
      class="unfold"
      type="button"
      aria-expanded=${this.isOpen ? 'true' : 'false'}
      @click=${() => (this.isOpen = !this.isOpen)}
    >
      ${count > 0 ? t('filter.more-set', { count }) : t('filter.more')}
    </button>`;
  }

  /** Which filters are wrong and what they take; null where it is something else. */
  explain(trouble) {
    const allowed = {
      kind: KINDS.map((kind) => wordOf('kind', kind)),
      sort: Object.keys(SORTS).map((sort) => t(`sort.${sort}`)),
      ...Object.fromEntries(
        Object.keys(AXES).map((axis) => [axis, this.statesOf(axis).map((s) => stateWord(axis, s))]),
      ),
    };
    const wrong = (trouble.faults ?? []).filter(({ parameter }) => this.params[parameter]);
    if (wrong.length === 0) {
      return null;
    }
    return html`<div class="trouble" role="alert">
      <p><b>${t('filter.wrong')}</b></p>
      <ul>
        ${wrong.map((fault) => this.wrong(fault, allowed[fault.parameter]))}
      </ul>
    </div>`;
  }

  wrong({ parameter, detail }, allowed) {
    const filter = AXES[parameter] ? t(`axis.${parameter}`) : wordOf('filter', parameter);
    const given = this.params[parameter];
    const isTooMany = parameter === 'sort' && given in SORTS;
    const said = isTooMany
      ? t('sort.too-many')
      : t('filter.not-taken', { filter, value: given }) +
        (allowed ? t('filter.allowed', { values: allowed.join(t('list.comma')) }) : '');
    return html`<li>
      ${said}
      <button @click=${() => this.set(parameter, null)}>
        ${t(parameter === 'sort' ? 'sort.drop' : 'filter.drop', { filter })}
      </button>
      ${allowed ? nothing : languageNow() === 'en' ? detail : technical(detail)}
    </li>`;
  }

  reasonChoice() {
    const chosen = this.params.reason;
    const reasons = [...new Set([...(this.reasons ?? []), ...(chosen ? [chosen] : [])])];
    return this.choice('reason', t('filter.reason'), reasons, (reason) => reasonWord(reason));
  }

  /** With the axis as it is today, whose word for what was never there is never. */
  statesOf(axis) {
    const states = Object.keys(AXES[axis]);
    return axis === 'connection'
      ? states.filter((s) => s !== (this.takes('data') ? 'never' : 'unknown'))
      : states;
  }

  textFilter(name) {
    const typed = (event) => {
      clearTimeout(this.typing);
      const { value } = event.target;
      this.typing = setTimeout(() => this.set(name, value.trim()), TYPING_MILLIS);
    };
    const offers = name === 'text' ? [] : this.offered(name);
    return html`<label class=${name === 'text' ? '' : 'rare'}>
      <span>${t(`filter.${name}`)}</span>
      <input
        type="search"
        list=${offers.length > 0 ? `offered-${name}` : nothing}
        .value=${this.params[name] ?? ''}
        @input=${typed}
        @focus=${() => this.requestUpdate()}
        spellcheck="false"
      />
      <datalist id="offered-${name}">
        ${offers.map((offer) => html`<option value=${offer}></option>`)}
      </datalist>
    </label>`;
  }

  /** What the rows that were loaded have there. */
  offered(name) {
    const rows = this.querySelector('q-list')?.rows ?? [];
    const found = new Set();
    for (let i = 0; i < rows.length && found.size < OFFERED_MAX; i++) {
      found.add(rows[i][name]);
    }
    return [...found].filter(Boolean).sort();
  }

  choice(name, words, values, wordOfValue) {
    const chosen = this.params[name] ?? '';
    return html`<label class="rare">
      <span>${words}</span>
      <select
        aria-invalid=${chosen && !values.includes(chosen) ? 'true' : nothing}
        @change=${(event) => this.set(name, event.target.value)}
      >
        <option value="">${t('filter.any')}</option>
        ${chosen && !values.includes(chosen)
          ? html`<option value=${chosen} selected>${t('filter.unknown', { value: chosen })}</option>`
          : nothing}
        ${values.map(
          (value) =>
            html`<option value=${value} ?selected=${value === chosen}>${wordOfValue(value)}</option>`,
        )}
      </select>
    </label>`;
  }

  columns() {
    const mark = (axis) => ({
      name: `axis-${axis}`,
      words: () => t(`axis.${axis}`),
      cell: (row) => stateMark(axis, axesOf(row)[axis]?.state),
    });
    return [
      sorted('name', {
        name: 'id',
        words: () => t('device.name'),
        cell: (row) => this.nameCell(row),
      }),
      mark('connection'),
      sorted('since', { name: 'since', words: () => t('since'), cell: (row) => since(row) }),
      mark('data'),
      sorted('reading', { name: 'reading', words: () => t('device.reading'), cell: newest }),
      mark('quality'),
      mark('lifecycle'),
      { name: 'why', words: () => t('reasons.reason'), cell: why },
      { name: 'place', words: () => t('device.place'), cell: place },
      { name: 'model', words: () => t('device.model'), cell: (row) => row.model || '–' },
    ];
  }

  /** Its name, and below it its id, if that is another word, and whom it is heard through. */
  nameCell({ id, name, kind, gateway }) {
    const { enterprise } = this;
    const address = href('/device', { enterprise, device: id });
    const through = gateway
      ? html`${t('device.through')} ${gatewayLink(enterprise, gateway, { isTabStop: false })}`
      : kind === 'gateway' && wordOf('kind', 'gateway');
    const own = name && name !== id && id;
    return html`<span class="first"><a href=${address} tabindex="-1">${name || id}</a></span>
      ${own || through
        ? html`<span class="below">
            ${own && through ? html`<span class="own">${own} · </span>` : own || nothing}
            ${through || nothing}
          </span>`
        : nothing}`;
  }
}

const sorted = (sort, column) => ({ ...column, sort, direction: SORTS[sort] });

const place = ({ factory, line }) => [factory, line].filter(Boolean).join(' / ') || '–';

function since(row) {
  const at = axesOf(row).connection?.since;
  return at ? html`<span title=${dateTime(at)}>${age(at)}</span>` : '–';
}

const isUnwell = (axis, told) => told && !['good', 'idle'].includes(toneOf(axis, told.state));

/** How old its newest reading is; on a phone, which has no room for both, what is wrong with it. */
function newest(row) {
  const { data, quality } = axesOf(row);
  const at = data?.evidence?.lastEventTime;
  return html`<span class="age" title=${at ? dateTime(at) : ''}>${at ? age(at) : '–'}</span>
    ${isUnwell('quality', quality)
      ? html`<span class="instead">${stateMark('quality', quality.state)}</span>`
      : nothing}`;
}

/**
 * Why it is not well: who is not connected reports nothing for that, and who is switched off is as it
 * is for that; what was wrong with its readings has reasons of its own.
 */
function why(row) {
  const axes = axesOf(row);
  if (axes.lifecycle?.state === 'disabled') {
    return reasonWord(axes.lifecycle.reason ?? 'disabled');
  }
  const has = (axis) => axes[axis]?.reason && isUnwell(axis, axes[axis]);
  const unwell = [
    ['connection', 'data', 'lifecycle'].find(has),
    ['quality'].find(has),
  ].filter(Boolean);
  return unwell.map((axis) => reasonWord(axes[axis].reason)).join(t('list.comma')) || '–';
}

/** A row after a change of one axis. */
const moved =
  ({ axis, state, since: at, reason }) =>
  (row) => ({
    ...row,
    ...(axis === 'connection' ? { connection: state, since: at } : {}),
    health: row.health && { ...row.health, [axis]: { ...row.health[axis], state, since: at, reason } },
  });

customElements.define('q-devices', Devices);
