import { View, html, nothing } from './element.js';
import { get, ofDevice, repeat } from './api.js';
import { reasonWord } from './axes.js';
import { languageNow, number, skewWords, span, t, time } from './i18n.js';
import { technical, troubleNote } from './trouble.js';

const PAGE = 20;
const AGAIN_MILLIS = 5000;
// What is told along with rejections and was not refused has a heading of its own.
const KINDS = {
  rejections: (reason) => !['slowed', 'lost'].includes(reason),
  slowed: (reason) => reason === 'slowed',
  lost: (reason) => reason === 'lost',
};

/** What a device sent and we refused: why, and the payload as it came; what was slowed or lost. */
class Rejections extends View {
  static properties = {
    enterprise: {},
    device: {},
    items: { state: true },
    next: { state: true },
    trouble: { state: true },
  };

  updated(changed) {
    if (changed.has('device')) {
      this.items = null;
      this.end?.();
      this.end = repeat(AGAIN_MILLIS, () => this.look());
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end?.();
  }

  async ask(cursor) {
    const path = ofDevice(this.enterprise, this.device, '/rejections');
    return get(path, { limit: PAGE, cursor });
  }

  /** The newest page again; what was unfolded stays below it. */
  async look() {
    const { device } = this;
    try {
      const { items, next } = await this.ask();
      if (device !== this.device) {
        return;
      }
      const newest = new Set(items.map(({ id }) => id));
      const older = (this.items ?? []).filter(({ id }) => !newest.has(id));
      const isFirst = this.items === null || this.items === undefined;
      this.items = isFirst ? items : merge(items, older);
      this.next = isFirst ? next : this.next;
      this.trouble = null;
    } catch (trouble) {
      this.trouble = trouble;
      throw trouble;
    }
  }

  async more() {
    try {
      const { items, next } = await this.ask(this.next);
      this.items = merge(this.items, items);
      this.next = next;
    } catch (trouble) {
      this.trouble = trouble;
    }
  }

  render() {
    return html`
      <section class="card">
        <h2>${t('rejections.title')}</h2>
        ${this.trouble ? troubleNote(this.trouble) : nothing}
        ${!this.items
          ? html`<p class="faint">${t('loading')}</p>`
          : Object.keys(KINDS).map((kind) => this.ofKind(kind))}
        ${this.next
          ? html`<button @click=${() => this.more()}>${t('more')}</button>`
          : nothing}
      </section>
    `;
  }

  ofKind(kind) {
    const items = this.items.filter(({ reason }) => KINDS[kind](reason));
    if (items.length === 0) {
      return kind === 'rejections' ? html`<p>${t('rejections.none')}</p>` : nothing;
    }
    return html`
      ${kind === 'rejections' ? nothing : html`<h3>${t(`rejections.${kind}`)}</h3>`}
      <ul class="rejections ${kind}">
        ${items.map((item) => this.one(item))}
      </ul>
    `;
  }

  one(item) {
    const isBinary = item.payloadEncoding === 'base64';
    const shownBytes = isBinary
      ? Math.floor((item.payload.length * 3) / 4)
      : new TextEncoder().encode(item.payload).length;
    return html`<li>
      <details>
        <summary>
          <b>${reasonWord(item.reason)}</b>
          ${item.count > 1 ? html`<span>× ${number(item.count)}</span>` : nothing}
          <span class="faint right">${time(item.time)}</span>
          ${languageNow() === 'en' ? html`<span class="detail">${item.detail}</span>` : nothing}
        </summary>
        ${languageNow() === 'en' || !item.detail ? nothing : technical(item.detail)}
        <dl class="pairs">
          ${item.topic
            ? html`<dt>${t('rejections.topic')}</dt>
                <dd><code>${item.topic}</code></dd>`
            : nothing}
          ${item.publisher
            ? html`<dt>${t('rejections.publisher')}</dt>
                <dd>${item.publisher}</dd>`
            : nothing}
          ${item.skewMillis === null
            ? nothing
            : html`<dt>${t('rejections.skew')}</dt>
                <dd>${skewWords(item.skewMillis > 0, Math.abs(item.skewMillis) / 1000)}</dd>`}
          <dt>${t('rejections.payload')}</dt>
          <dd>
            ${item.payloadBytes === 0
              ? t('rejections.empty')
              : html`<pre tabindex="0">${item.payload}</pre>
                  ${isBinary ? html`<span class="faint">base64</span>` : nothing}
                  ${item.payloadBytes > shownBytes + 2
                    ? html`<span class="faint">
                        ${t('rejections.first', { bytes: number(item.payloadBytes) })}
                      </span>`
                    : nothing}`}
          </dd>
        </dl>
      </details>
    </li>`;
  }
}

/** Both, the newest first, each once. */
function merge(some, others) {
  const all = new Map([...others, ...some].map((item) => [item.id, item]));
  return [...all.values()].sort((a, b) => b.time - a.time);
}

customElements.define('q-rejections', Rejections);
