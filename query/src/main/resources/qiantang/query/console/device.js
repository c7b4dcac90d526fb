import { View, html, nothing } from './element.js';
import { get, ofDevice, repeat } from './api.js';
import { AXES, axesOf, reasonWord, shape, stateWord, toneOf } from './axes.js';
import { contract } from './contract.js';
import { medianStep } from './chart.js';
import { dateTime, number, percent, period, skewWords, span, t, time, value, wordOf } from './i18n.js';
import { watch } from './live.js';
import { gatewayLink } from './names.js';
import { go, href } from './route.js';
import { troubleNote } from './trouble.js';
import './connections.js';
import './readers.js';
import './rejections.js';
import './values.js';

const MINUTE = 60_000;
const RANGES = {
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '6h': 6 * 60 * MINUTE,
  '24h': 24 * 60 * MINUTE,
  '7d': 7 * 24 * 60 * MINUTE,
  '30d': 30 * 24 * 60 * MINUTE,
};
const POINTS = 1000;
// Of so much of the past a metric's own period is learned.
const PERIOD_OF = 10 * MINUTE;
const HEALTH_MILLIS = 5000;
const TICK_MILLIS = 1000;
const SAMPLES_MAX = 50_000;
const IDENTIFIERS = { 88: 'device.88', gs1: 'device.gs1', own: 'device.own' };

/** One device: how it is, when it was connected, what it measures, what of it was refused. */
class Device extends View {
  static properties = {
    given: {},
    params: {},
    row: { state: true },
    latest: { state: true },
    how: { state: true },
    trouble: { state: true },
    series: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    const timer = setInterval(() => this.tick(), TICK_MILLIS);
    this.onLeave(() => clearInterval(timer));
    const named = () => this.requestUpdate();
    window.addEventListener('names', named);
    this.onLeave(() => window.removeEventListener('names', named));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.leave();
  }

  leave() {
    this.unwatch?.();
    this.unwatch = null;
    this.end?.();
    this.shown = null;
  }

  updated() {
    const { enterprise, device } = this.params;
    const wanted = `${enterprise}/${device}`;
    if (wanted !== this.shown) {
      this.leave();
      this.shown = wanted;
      Object.assign(this, { row: null, latest: null, trouble: null, series: null });
      this.periods = new Map();
      this.end = repeat(HEALTH_MILLIS, () => this.look(wanted, enterprise, device));
      this.lookLatest(wanted, enterprise, device);
      this.learnPeriods(enterprise, device);
    }
    const metric = this.metric();
    const chart = `${wanted}/${metric}/${this.range()}`;
    if (metric && chart !== this.charted) {
      this.charted = chart;
      this.loadSeries(chart, enterprise, device, metric);
    }
  }

  async look(wanted, enterprise, device) {
    try {
      const api = await contract();
      const path = '/v1/enterprises/{enterprise}/devices/{device}/health';
      const [row, health] = await Promise.all([
        get(ofDevice(enterprise, device)),
        api.has(path) ? get(ofDevice(enterprise, device, '/health')).catch(untold) : null,
      ]);
      if (wanted !== this.shown) {
        return;
      }
      this.row = { ...row, health: health ?? row.health, at: health?.at ?? Date.now() };
      this.trouble = null;
      this.unwatch ??= this.follow(wanted, enterprise, device);
    } catch (trouble) {
      if (wanted === this.shown) {
        this.trouble = trouble;
      }
      throw trouble;
    }
  }

  /** The newest values, as they are just now; a stream goes on from them. */
  async lookLatest(wanted, enterprise, device) {
    try {
      const { metrics } = await get(ofDevice(enterprise, device, '/latest'));
      if (wanted === this.shown) {
        this.merge(metrics.map(({ metric, value: sent, time: at }) => [metric, sent, at]));
      }
    } catch (trouble) {
      if (wanted === this.shown) {
        this.trouble ??= trouble;
      }
    }
  }

  /**
   * What happens from now on. What came between the newest values and the stream's beginning is in
   * neither, so they are asked for once more when it is open; only then it counts as live.
   */
  follow(wanted, enterprise, device) {
    let turn = 0;
    return watch({ enterprise, devices: device }, {
      reading: (event) => this.took(event),
      state: () => this.changed(enterprise, device),
      rejection: () => this.querySelector('q-rejections')?.look(),
      missed: () => this.loadAgain(wanted, enterprise, device),
      how: async (how, since) => {
        const mine = ++turn;
        if (how === 'live') {
          await this.lookLatest(wanted, enterprise, device);
        }
        if (mine === turn && wanted === this.shown) {
          this.how = { how, since };
        }
      },
    });
  }

  changed(enterprise, device) {
    this.querySelector('q-connections')?.again();
    this.look(this.shown, enterprise, device).catch(() => {}); // what is wrong is shown already
  }

  took({ time: at, values }) {
    this.merge(Object.entries(values).map(([metric, sent]) => [metric, sent, at]));
    const { series } = this;
    for (const [metric, sent] of Object.entries(values)) {
      if (metric === series?.metric && at > (series.times.at(-1) ?? 0)) {
        series.times.push(at);
        series.values.push(sent);
      }
    }
  }

  /** [metric, value, time] of each: in place of what is older. */
  merge(newest) {
    const latest = new Map(this.latest);
    for (const [metric, sent, at] of newest) {
      if (at >= (latest.get(metric)?.time ?? 0)) {
        latest.set(metric, { value: sent, time: at });
      }
    }
    this.latest = latest;
  }

  /** Time goes on: the chart moves, and forgets what it has moved past. */
  tick() {
    const { series } = this;
    if (series?.times) {
      const until = Date.now();
      const from = until - RANGES[this.range()];
      let old = 0;
      while (series.times[old] < from || series.times.length - old > SAMPLES_MAX) {
        old++;
      }
      this.series = {
        ...series,
        times: series.times.slice(old),
        values: series.values.slice(old),
        from,
        until,
      };
    }
  }

  async learnPeriods(enterprise, device) {
    const to = Date.now();
    try {
      const path = ofDevice(enterprise, device, '/series');
      const answer = await get(path, { from: to - PERIOD_OF, to, limit: 10_000 });
      this.periods = new Map(
        answer.series.map(({ metric, times }) => [metric, medianStep(times)]).filter(([, p]) => p),
      );
    } catch {
      this.periods = new Map(); // ages are judged without them
    }
  }

  /** What the address asks for, or else the first number that it measures. */
  metric() {
    if (this.params.metric) {
      return this.params.metric;
    }
    const all = [...(this.latest?.entries() ?? [])];
    const numbers = all.filter(([, newest]) => typeof newest.value === 'number');
    const preferred = numbers.find(([metric]) => /temp/i.test(metric)) ?? numbers[0] ?? all[0];
    return preferred?.[0];
  }

  range() {
    return this.params.range in RANGES ? this.params.range : '15m';
  }

  async loadSeries(chart, enterprise, device, metric) {
    const until = Date.now();
    const from = until - RANGES[this.range()];
    this.series = { metric, from, until, isLoading: true };
    try {
      const path = ofDevice(enterprise, device, '/series');
      const answer = await get(path, { metric, from, to: until, points: POINTS });
      const found = answer.series[0] ?? { times: [], values: [] };
      if (chart === this.charted) {
        const { times, values } = found;
        this.series = { metric, from, until, times, values, completeness: answer.completeness };
      }
    } catch (trouble) {
      if (chart === this.charted) {
        this.series = { metric, from, until, trouble };
      }
    }
  }

  /** Something is missing of what came: everything anew. */
  loadAgain(wanted, enterprise, device) {
    this.charted = null;
    this.unwatch?.();
    this.unwatch = null;
    this.look(wanted, enterprise, device).catch(() => {}); // what is wrong is shown already
  }

  show(change) {
    go(href('/device', { ...this.params, ...change }), { replace: true });
  }

  render() {
    const { enterprise, device } = this.params;
    if (!this.row) {
      return this.trouble
        ? html`${this.way(enterprise)}${troubleNote(this.trouble)}`
        : html`<p role="status">${t('loading')}</p>`;
    }
    return html`
      ${this.way(enterprise)} ${this.head(this.row)}
      ${this.trouble ? troubleNote(this.trouble) : nothing} ${this.axes(this.row)}
      <div class="pair">
        <q-values
          .latest=${this.latest}
          .periods=${this.periods}
          .chosen=${this.metric()}
          .units=${this.row.units}
          .choose=${(metric) => this.show({ metric })}
          .how=${this.how}
        ></q-values>
        ${this.chart(device)}
      </div>
      <q-connections
        .enterprise=${enterprise}
        .device=${device}
        .created=${this.row.created}
        .known=${axesOf(this.row).lifecycle?.evidence?.firstArrival ?? null}
      ></q-connections>
      <q-rejections .enterprise=${enterprise} .device=${device}></q-rejections>
      <q-readers
        .enterprise=${enterprise}
        .device=${device}
        .party=${partyOf(this.given.me)}
        .isTold=${[null, enterprise].includes(this.given.me.enterprise) && !this.given.me.platform}
      ></q-readers>
    `;
  }

  way(enterprise) {
    const named = this.given.enterprises.find(({ id }) => id === enterprise);
    return html`<nav class="way" aria-label=${t('nav.way')}>
      <a href=${href('/', { enterprise })}>${named?.name ?? enterprise}</a>
      <span aria-hidden="true">›</span>
      <a href=${href('/devices', { enterprise })}>${t('nav.devices')}</a>
    </nav>`;
  }

  head(row) {
    const { enterprise } = this.params;
    const facts = [
      ['device.id', row.id],
      ['device.kind', wordOf('kind', row.kind)],
      ['device.model', row.model],
      ['device.factory', row.factory],
      ['device.line', row.line],
      ['device.created', row.created ? dateTime(row.created) : ''],
      ...(row.identifiers ?? []).map(({ kind, id }) => [IDENTIFIERS[kind] ?? 'device.own', id]),
    ];
    return html`
      <div class="title">
        <h1>${row.name || row.id}</h1>
        <span class="as-of">${t('as-of', { time: time(row.at) })}</span>
        ${row.kind === 'gateway'
          ? html`<a class="button" href=${href('/devices', { enterprise, gateway: row.id })}>
              ${t('device.speaks-for')}
            </a>`
          : nothing}
      </div>
      <dl class="facts">
        ${facts
          .filter(([, fact]) => fact)
          .map(([words, fact]) => html`<div><dt>${t(words)}</dt><dd>${fact}</dd></div>`)}
        ${row.gateway
          ? html`<div>
              <dt>${t('device.gateway')}</dt>
              <dd>${gatewayLink(enterprise, row.gateway)}</dd>
            </div>`
          : nothing}
      </dl>
    `;
  }

  axes(row) {
    const axes = axesOf(row);
    return html`
      <h2 class="hidden">${t('overview.axes')}</h2>
      <div class="axes">
        ${Object.keys(AXES).map((axis) => axisNow(axis, axes[axis], this.params.enterprise))}
      </div>
    `;
  }

  chart() {
    const { series } = this;
    const metric = this.metric();
    const unit = this.row.units?.[metric];
    const title = unit ? `${metric} (${unit})` : metric;
    return html`
      <section class="card">
        <div class="head">
          <h2>${title ?? t('chart.title')}</h2>
          <label>
            <span class="hidden">${t('range.label')}</span>
            <select @change=${(event) => this.show({ range: event.target.value })}>
              ${Object.keys(RANGES).map(
                (range) =>
                  html`<option value=${range} ?selected=${range === this.range()}>
                    ${t(`range.${range}`)}
                  </option>`,
              )}
            </select>
          </label>
        </div>
        ${metric
          ? html`<q-chart
              .label=${title}
              .times=${series?.times}
              .values=${series?.values}
              .from=${series?.from}
              .until=${series?.until}
              .period=${this.periods.get(metric)}
              .trouble=${series?.trouble}
              .isLoading=${Boolean(series?.isLoading)}
            ></q-chart>`
          : html`<p class="faint">${t(this.latest ? 'values.none' : 'loading')}</p>`}
        ${series?.completeness && !series.completeness.complete
          ? html`<p class="wrong">${t('chart.incomplete')}</p>`
          : nothing}
      </section>
    `;
  }
}

/** Whoever may see a device may not see all that its health is judged by. */
function untold(trouble) {
  if (trouble.status === 403 || trouble.status === 404) {
    return null;
  }
  throw trouble;
}

function axisNow(axis, told, enterprise) {
  return html`
    <section class="card axis">
      <h3>${t(`axis.${axis}`)}</h3>
      ${told
        ? html`<p class="big">${shape(toneOf(axis, told.state))} ${stateWord(axis, told.state)}</p>
            <p class="faint">
              ${told.since
                ? html`<span title=${dateTime(told.since)}>${t('since.for', {
                    span: span((Date.now() - told.since) / 1000),
                  })}</span>`
                : nothing}
              ${told.reason ? html`<span class="reason">${reasonWord(told.reason)}</span>` : nothing}
            </p>
            ${evidence(told.evidence, enterprise)}`
        : html`<p class="faint">${t('unknown')}</p>`}
    </section>
  `;
}

/** Of whom the audit says that the person reads. */
const partyOf = ({ enterprise, platform }) =>
  platform ? `platform:${platform}` : enterprise ? `enterprise:${enterprise}` : 'operator';

/** Not refused, though they are told among rejections: they have words of their own. */
const UNREFUSED = ['slowed', 'lost'];

/**
 * What a state is judged by: each member by the unit that its name ends in. For which share of the
 * time it was connected stands with its connections, and there alone.
 */
function evidence(told, enterprise) {
  const { rejections, connectedShare: _, ...others } = told ?? {};
  const all = { ...others };
  if (rejections) {
    const refused = Object.entries(rejections).filter(([reason]) => !UNREFUSED.includes(reason));
    all.rejections = Object.fromEntries(refused);
    UNREFUSED.forEach((reason) => (all[reason] = rejections[reason] ?? null));
  }
  const members = Object.entries(all).filter(
    ([name, each]) => each !== null || name === 'periodSeconds',
  );
  return members.length === 0
    ? nothing
    : html`<dl class="pairs">
        ${members.map(([name, each]) => html`<dt>${wordOf('evidence', name)}</dt>
            <dd>${name === 'gateway' ? gatewayLink(enterprise, each) : proof(name, each)}</dd>`)}
      </dl>`;
}

function proof(name, each) {
  if (name === 'periodSeconds') {
    return period(each);
  }
  if (name === 'gaps' && each.count === 0) {
    return t('none');
  }
  if (Array.isArray(each)) {
    return each.map((one) => proof(name, one));
  }
  if (typeof each === 'object') {
    const parts = Object.entries(each).filter(([, one]) => one !== null);
    return parts.length === 0
      ? t('none')
      : parts.map(
          ([key, one]) =>
            html`<span class="part">${wordOf('evidence', key, 'reason')} ${proof(key, one)}</span>`,
        );
  }
  if (typeof each === 'string') {
    return reasonWord(each); // or an id, which is shown as it is
  }
  if (typeof each !== 'number') {
    return value(each);
  }
  if (name === 'skewSeconds') {
    return skewWords(each < 0, Math.abs(each));
  }
  if (name.includes('Seconds')) {
    return `${each < 0 ? '−' : ''}${span(Math.abs(each))}`;
  }
  if (name.endsWith('Share')) {
    return percent(each);
  }
  return each > 1e11 ? time(each) : number(each, 2);
}

customElements.define('q-device', Device);
