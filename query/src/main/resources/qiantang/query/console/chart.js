import uPlot from 'uplot';
import { View, html, nothing } from './element.js';
import { clock, dateTime, day, hourMinute, number, span, t, value } from './i18n.js';
import { troubleNote } from './trouble.js';

const HEIGHT = 280;
const ROWS_A_PAGE = 25;
const DRAW_EVERY_MILLIS = 1000;
// A hole of so many periods is a gap; a late reading alone is none.
const GAP_PERIODS = 3;
const GAP_PIXELS = 2;

loadStyle();

function loadStyle() {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = import.meta.resolve('uplot/style');
  document.head.append(link);
}

/** Where values with a gap on either side are: no line goes through them, so they are dots. */
const alone = (ys) =>
  [...ys.keys()].filter((at) => ys[at] !== null && (ys[at - 1] ?? null) === null && (ys[at + 1] ?? null) === null);

/**
 * One metric of one device over a time. Where nothing was measured the line breaks. By keyboard:
 * arrows move the cursor, and what is under it is said.
 *
 * times and values: of the series; until: where the time axis ends; label: what it shows.
 */
class Chart extends View {
  static properties = {
    times: {},
    values: {},
    from: {},
    until: {},
    label: {},
    period: {},
    trouble: {},
    isLoading: {},
    cursor: { state: true },
    page: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    const listen = (target, name, heard) => {
      target.addEventListener(name, heard);
      this.onLeave(() => target.removeEventListener(name, heard));
    };
    listen(window, 'theme', () => this.remake());
    listen(window, 'words', () => this.remake());
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    listen(scheme, 'change', () => this.remake());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizing?.disconnect();
    clearTimeout(this.drawing);
    this.plot?.destroy();
    this.plot = null;
  }

  firstUpdated() {
    this.resizing = new ResizeObserver(([{ contentRect }]) => {
      this.plot?.setSize({ width: Math.floor(contentRect.width), height: HEIGHT });
    });
    this.resizing.observe(this.querySelector('.plot'));
  }

  updated(changed) {
    if (changed.has('label')) {
      this.cursor = null;
      this.page = 0;
      this.remake();
    } else if (changed.has('times') || changed.has('until')) {
      this.redraw();
    }
  }

  /** At most once a second: live values come more often than eyes need them. */
  redraw() {
    const wait = Math.max(0, (this.drawn ?? 0) + DRAW_EVERY_MILLIS - Date.now());
    clearTimeout(this.drawing);
    this.drawing = setTimeout(() => this.draw(), wait);
  }

  draw() {
    this.drawn = Date.now();
    if (!this.plot) {
      this.remake();
      return;
    }
    const begun = performance.now();
    this.plot.setData(this.data(), false);
    this.plot.setScale('x', { min: this.from, max: this.until });
    this.drawMillis = performance.now() - begun;
  }

  /** Times and values with a null in each gap, at which the line breaks. */
  data() {
    const { times = [], values = [] } = this;
    const pixels = this.plot?.width || this.clientWidth || 800;
    const limit = Math.max(
      GAP_PERIODS * (this.period || medianStep(times)),
      (GAP_PIXELS * (this.until - this.from)) / pixels,
    );
    const xs = [];
    const ys = [];
    for (let i = 0; i < times.length; i++) {
      if (i > 0 && times[i] - times[i - 1] > limit) {
        xs.push((times[i - 1] + times[i]) / 2);
        ys.push(null);
      }
      xs.push(times[i]);
      ys.push(typeof values[i] === 'boolean' ? Number(values[i]) : values[i]);
    }
    return [xs, ys];
  }

  isDrawable() {
    return !(this.values ?? []).some((each) => typeof each === 'string');
  }

  remake() {
    this.plot?.destroy();
    this.plot = null;
    const place = this.querySelector('.plot');
    if (!place || !this.times || !this.isDrawable()) {
      return;
    }
    const colour = (name) => getComputedStyle(this).getPropertyValue(name).trim();
    const shown = (name) => resolved(this, colour(name));
    const isSwitch = typeof this.values[0] === 'boolean';
    const axis = {
      stroke: shown('--faint'),
      grid: { stroke: shown('--line'), width: 1 },
      ticks: { stroke: shown('--line'), width: 1 },
      font: '12px system-ui, sans-serif',
    };
    this.plot = new uPlot(
      {
        width: Math.max(200, Math.floor(place.clientWidth)),
        height: HEIGHT,
        ms: 1,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
        scales: { x: { range: () => [this.from, this.until] }, y: isSwitch ? { range: [-0.1, 1.1] } : {} },
        hooks: { setCursor: [(plot) => this.pointed(plot.cursor.idx)] },
        axes: [
          { ...axis, space: 90, values: (_, splits) => splits.map((at) => this.tick(at)) },
          { ...axis, size: 60, values: (_, splits) => splits.map((at) => number(at, 4)) },
        ],
        series: [
          {},
          {
            stroke: shown('--chart'),
            width: 1.5,
            spanGaps: false,
            points: { size: 4, filter: (plot, index, all) => (all ? null : alone(plot.data[index])) },
            ...(isSwitch ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
          },
        ],
      },
      this.data(),
      place,
    );
    this.drawn = Date.now();
  }

  tick(at) {
    const wide = this.until - this.from > 2 * 86_400_000;
    return wide ? day(at) : this.until - this.from < 600_000 ? clock(at) : hourMinute(at);
  }

  pointed(index) {
    if (index !== null && index !== undefined && this.plot?.data[1][index] !== null) {
      this.cursor = { time: this.plot.data[0][index], value: this.plot.data[1][index], index };
    }
  }

  pressed(event) {
    if (!this.plot || this.plot.data[0].length === 0) {
      return;
    }
    const last = this.plot.data[0].length - 1;
    const at = Math.min(this.cursor?.index ?? last, last);
    const far = Math.max(1, Math.floor(last / 20));
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -far, PageDown: far };
    let index;
    if (event.key in steps) {
      index = this.cursor ? at + steps[event.key] : at;
    } else if (event.key === 'Home' || event.key === 'End') {
      index = event.key === 'Home' ? 0 : last;
    } else {
      return;
    }
    event.preventDefault();
    const way = index < at ? -1 : 1;
    index = Math.max(0, Math.min(index, last));
    while (this.plot.data[1][index] === null) {
      index += way; // a gap has nothing to say
    }
    const left = this.plot.valToPos(this.plot.data[0][index], 'x');
    this.plot.setCursor({ left, top: HEIGHT / 3 });
    this.pointed(index);
    this.spoken = this.said();
  }

  said() {
    if (!this.cursor) {
      return '';
    }
    const isSwitch = typeof this.values?.[0] === 'boolean';
    const shown = isSwitch ? value(this.cursor.value > 0) : value(this.cursor.value);
    return `${dateTime(this.cursor.time)}  ${shown}`;
  }

  render() {
    const count = this.times?.length ?? 0;
    return html`
      <figure class="chart" aria-busy=${this.isLoading ? 'true' : 'false'}>
        <div
          class="plot"
          tabindex="0"
          role="application"
          aria-roledescription=${t('chart.what')}
          aria-label="${this.label} ${t('chart.keys')}"
          aria-details="chart-table"
          @keydown=${(event) => this.pressed(event)}
        ></div>
        <figcaption>
          <span class="under">${this.said() || nothing}</span>
          <span class="faint">
            ${this.isLoading
              ? t('loading')
              : count === 0
                ? t('chart.none')
                : this.isDrawable()
                  ? t('chart.count', { count: number(count), span: span((this.until - this.from) / 1000) })
                  : t('chart.texts')}
          </span>
        </figcaption>
        <p class="hidden" aria-live="polite">${this.spoken ?? ''}</p>
        ${this.trouble ? troubleNote(this.trouble) : nothing}
        <details id="chart-table">
          <summary>${t('as-table')}</summary>
          ${this.table(count)}
        </details>
      </figure>
    `;
  }

  /** The newest first, a page at a time. */
  table(count) {
    const page = this.page ?? 0;
    const pages = Math.max(1, Math.ceil(count / ROWS_A_PAGE));
    const rows = [];
    for (let i = 0; i < ROWS_A_PAGE && page * ROWS_A_PAGE + i < count; i++) {
      const index = count - 1 - page * ROWS_A_PAGE - i;
      rows.push(html`<tr>
        <th scope="row">${dateTime(this.times[index])}</th>
        <td class="right">${value(this.values[index])}</td>
      </tr>`);
    }
    return html`
      <table>
        <thead>
          <tr>
            <th scope="col">${t('time')}</th>
            <th scope="col" class="right">${t('values.value')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
      <p class="pager">
        <button ?disabled=${page === 0} @click=${() => (this.page = page - 1)}>
          ${t('page.newer')}
        </button>
        ${t('page.of', { page: number(page + 1), pages: number(pages) })}
        <button ?disabled=${page >= pages - 1} @click=${() => (this.page = page + 1)}>
          ${t('page.older')}
        </button>
      </p>
    `;
  }
}

/** What a colour of ours is in the theme that holds: a canvas knows no light-dark(). */
function resolved(element, colour) {
  const probe = document.createElement('span');
  probe.style.color = colour;
  element.append(probe);
  const rgb = getComputedStyle(probe).color;
  probe.remove();
  return rgb;
}

/** How far apart samples mostly are, in milliseconds. */
export function medianStep(times) {
  if (times.length < 3) {
    return 0;
  }
  const steps = [];
  const stride = Math.max(1, Math.floor(times.length / 2000));
  for (let i = 1; i < times.length; i += stride) {
    steps.push(times[i] - times[i - 1]);
  }
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)];
}

customElements.define('q-chart', Chart);
