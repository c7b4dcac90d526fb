import { View, html, nothing } from './element.js';
import { number, t } from './i18n.js';
import { troubleNote } from './trouble.js';

// As in console.css; all rows are as high, so that the first and last visible one are a division.
const ROW_PIXELS = 46;
const ROWS_BEYOND = 8;
// The first page is small, so that something is seen soon; then as many as the API gives.
const FIRST_PAGE = 100;
const PAGE = 1000;
// Rows kept: some 50 MB. Nobody scrolls through more; a filter finds what lies behind.
const ROWS_MAX = 100_000;

/**
 * A long list of which only the visible rows are drawn. Pages come by cursor as one scrolls; rows
 * are plain data.
 *
 * fetchPage(limit, cursor): a page of the API; columns: {name, words, cell(row), sort, direction},
 * the last two of one that can be sorted by, always in that direction; open(row): what Enter does;
 * sort and sortBy(sort): by what it is sorted, and what a click on a head asks for; explain(trouble):
 * what is shown instead of a list that there is not.
 */
class List extends View {
  static properties = {
    fetchPage: {},
    columns: {},
    open: {},
    sort: {},
    sortBy: {},
    explain: {},
    label: {},
    from: { state: true },
    active: { state: true },
    trouble: { state: true },
  };

  constructor() {
    super();
    this.reset();
  }

  reset() {
    this.rows = [];
    this.pages = [];
    this.next = undefined; // undefined: nothing was asked yet; null: that is all
    this.loading = null;
    this.from = 0;
    this.active = 0;
    this.trouble = null;
    this.turn = (this.turn ?? 0) + 1;
  }

  willUpdate(changed) {
    if (changed.has('fetchPage')) {
      this.reset();
    }
  }

  updated(changed) {
    const viewport = this.querySelector('.viewport');
    if (changed.has('fetchPage')) {
      if (viewport) {
        viewport.scrollTop = 0;
      }
      this.load();
    }
    if (!this.querySelector('.spacer')) {
      return; // there is no list, but why there is none
    }
    // By property, not by attribute: the policy of this page forbids style attributes.
    this.querySelector('.spacer').style.height = `${this.rows.length * ROW_PIXELS}px`;
    this.querySelector('.window').style.transform = `translateY(${this.from * ROW_PIXELS}px)`;
  }

  /** Loads what comes next; once at a time. */
  load() {
    if (this.loading || this.next === null || this.rows.length >= ROWS_MAX) {
      return this.loading;
    }
    const { turn, next } = this;
    const limit = this.pages.length === 0 ? FIRST_PAGE : PAGE;
    this.loading = this.fetchPage(limit, next).then(
      (page) => this.took(turn, limit, next, page),
      (trouble) => {
        if (turn === this.turn) {
          this.loading = null;
          this.trouble = trouble;
        }
      },
    );
    this.requestUpdate();
    return this.loading;
  }

  took(turn, limit, cursor, page) {
    if (turn !== this.turn) {
      return undefined;
    }
    this.loading = null;
    this.trouble = null;
    this.pages.push({ limit, cursor, count: page.items.length, at: Date.now() });
    for (const row of page.items) {
      this.rows.push(row);
    }
    this.next = page.next;
    this.requestUpdate();
    // A rare filter gets short pages, even empty ones, with a cursor.
    return this.isNearEnd() ? this.load() : undefined;
  }

  isNearEnd() {
    return this.from + this.visibleRows() + ROWS_BEYOND >= this.rows.length;
  }

  visibleRows() {
    const height = this.querySelector('.viewport')?.clientHeight ?? 600;
    return Math.ceil(height / ROW_PIXELS);
  }

  /** Asks again for the page under one's eyes; the others when they are seen again. */
  async refresh() {
    const { trouble } = this;
    if (trouble && (trouble.status === 0 || trouble.status >= 429)) {
      this.trouble = null; // it may be over
      await this.load();
      return;
    }
    const middle = this.from + Math.floor(this.visibleRows() / 2);
    let begin = 0;
    const seen = this.pages.find((page) => {
      begin += page.count;
      return middle < begin;
    });
    if (!seen || this.loading) {
      return;
    }
    const { turn } = this;
    const answer = await this.fetchPage(seen.limit, seen.cursor);
    if (turn === this.turn) {
      const fresh = new Map(answer.items.map((row) => [row.id, row]));
      for (let i = begin - seen.count; i < begin; i++) {
        this.rows[i] = fresh.get(this.rows[i].id) ?? this.rows[i];
      }
      seen.at = Date.now();
      this.requestUpdate();
    }
  }

  /** Changes a row by its id, if it is there. */
  patch(id, change) {
    const i = this.rows.findIndex((row) => row.id === id);
    if (i >= 0) {
      this.rows[i] = change(this.rows[i]);
      this.requestUpdate();
    }
  }

  scrolled(viewport) {
    const first = Math.floor(viewport.scrollTop / ROW_PIXELS) - ROWS_BEYOND;
    this.from = Math.max(0, Math.min(first, this.rows.length - 1));
    if (this.isNearEnd()) {
      this.load();
    }
  }

  pressed(event) {
    if (event.target !== event.currentTarget) {
      return; // a head's button has keys of its own
    }
    const screenful = Math.max(1, this.visibleRows() - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: screenful, PageUp: -screenful };
    const last = this.rows.length - 1;
    if (event.key in steps) {
      this.activate(this.active + steps[event.key]);
    } else if (event.key === 'Home') {
      this.activate(0);
    } else if (event.key === 'End') {
      this.activate(last);
    } else if (event.key === 'Enter' && this.rows[this.active]) {
      this.open(this.rows[this.active]);
    } else {
      return;
    }
    event.preventDefault();
  }

  activate(index) {
    this.active = Math.max(0, Math.min(index, this.rows.length - 1));
    const viewport = this.querySelector('.viewport');
    const top = this.active * ROW_PIXELS;
    const room = viewport.clientHeight - 2 * ROW_PIXELS; // the head takes a row of it
    if (top < viewport.scrollTop) {
      viewport.scrollTop = top;
    } else if (top > viewport.scrollTop + room) {
      viewport.scrollTop = top - room;
    }
    this.scrolled(viewport);
  }

  render() {
    const until = Math.min(this.rows.length, this.from + this.visibleRows() + 2 * ROWS_BEYOND);
    const isAll = this.next === null;
    if (this.trouble && this.rows.length === 0) {
      return this.explain?.(this.trouble) ?? this.note();
    }
    const current = this.active >= this.from && this.active < until && this.rows.length > 0;
    return html`
      ${this.trouble ? this.note() : nothing}
      <div
        class=${isAll && this.rows.length === 0 ? 'viewport empty' : 'viewport'}
        role="grid"
        tabindex="0"
        aria-label=${this.label}
        aria-rowcount=${isAll ? this.rows.length + 1 : -1}
        aria-activedescendant=${current ? `row-${this.active}` : nothing}
        aria-busy=${this.loading ? 'true' : 'false'}
        @scroll=${(event) => this.scrolled(event.target)}
        @keydown=${(event) => this.pressed(event)}
      >
        <div class="heads" role="row" aria-rowindex="1">
          ${this.columns.map((column) => this.head(column))}
        </div>
        <div class="spacer" role="rowgroup">
          <div class="window" role="presentation">
            ${this.rows.slice(this.from, until).map((row, i) => this.row(row, this.from + i))}
          </div>
        </div>
      </div>
      ${this.foot(isAll)}
    `;
  }

  /** The column's words; where the server can sort by it a button, which a second press takes back. */
  head({ words, name, sort, direction }) {
    if (!sort || !this.sortBy) {
      return html`<span role="columnheader" class=${name}>${words()}</span>`;
    }
    const isSorted = sort === this.sort;
    const arrow = isSorted ? (direction === 'ascending' ? '▲' : '▼') : '↕';
    return html`<span
      role="columnheader"
      class=${name}
      aria-sort=${isSorted ? direction : 'none'}
    >
      <button class="sort" @click=${() => this.sortBy(isSorted ? null : sort)}>
        ${words()}<span class="arrow" aria-hidden="true">${arrow}</span>
      </button>
    </span>`;
  }

  note() {
    return troubleNote(this.trouble, () => {
      this.trouble = null;
      this.load();
    });
  }

  row(row, index) {
    return html`<div
      class="line"
      role="row"
      id="row-${index}"
      aria-rowindex=${index + 2}
      aria-selected=${index === this.active ? 'true' : 'false'}
      @click=${() => (this.active = index)}
      @dblclick=${() => this.open(row)}
    >
      ${this.columns.map(
        ({ cell, name }) => html`<span role="gridcell" class=${name}>${cell(row)}</span>`,
      )}
    </div>`;
  }

  foot(isAll) {
    const count = number(this.rows.length);
    const words = this.loading
      ? t('list.loading', { count })
      : this.rows.length >= ROWS_MAX
        ? t('list.full', { count })
        : isAll && this.rows.length === 0
          ? t('list.none')
          : t(isAll ? 'list.all' : 'list.more', { count });
    return html`<p class="foot faint" role="status">${words}</p>`;
  }
}

customElements.define('q-list', List);
