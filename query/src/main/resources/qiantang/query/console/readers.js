import { View, html, nothing } from './element.js';
import { get, repeat } from './api.js';
import { contract } from './contract.js';
import { number, t, time } from './i18n.js';

const PAGE = 10;
const AGAIN_MILLIS = 60_000;

/** Who of others read a device's data, the newest first; nothing for whom that is not told. */
class Readers extends View {
  static properties = {
    enterprise: {},
    device: {},
    items: { state: true },
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

  async look() {
    const { enterprise, device } = this;
    const api = await contract();
    // An enterprise's own lines are its people's; of others the server says it has none.
    if (!api.takes('/v1/audit', 'device') || !this.isTold) {
      return;
    }
    const { items } = await get('/audit', { enterprise, device, action: 'read', limit: PAGE });
    if (device === this.device) {
      this.items = items;
    }
  }

  render() {
    if (!this.items) {
      return nothing;
    }
    return html`
      <section class="card">
        <h2>${t('readers.title')}</h2>
        ${this.items.length === 0
          ? html`<p>${t('readers.none')}</p>`
          : html`<ul class="rejections">
              ${this.items.map((item) => line(item))}
            </ul>`}
      </section>
    `;
  }
}

/** What of the device was read: the part of its path behind it. */
const what = (path) => path.split('/').slice(4).join('/');

const line = ({ actor, at, count, grant, object }) => html`<li>
  <b>${actor.name}</b> <span class="faint">${actor.party}</span>
  <code>${what(object)}</code>
  ${count > 1 ? html`<span>× ${number(count)}</span>` : nothing}
  ${grant ? html`<span class="tag">${t('readers.granted')}</span>` : nothing}
  <span class="faint right">${time(at)}</span>
</li>`;

customElements.define('q-readers', Readers);
