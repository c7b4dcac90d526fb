import { View, html, nothing } from './element.js';
import { age, t, time } from './i18n.js';
import { reached } from './link.js';

const EVERY_MILLIS = 1000;
// Counts are kept by the minute; what is this old was not counted when it should have been.
const LATE_MILLIS = 180_000;

/** When a number was true, and how long ago that is. at: milliseconds, or null for never yet. */
class Age extends View {
  static properties = { at: {} };

  connectedCallback() {
    super.connectedCallback();
    const timer = setInterval(() => this.requestUpdate(), EVERY_MILLIS);
    this.onLeave(() => clearInterval(timer));
  }

  render() {
    if (!this.at) {
      return html`<span class="as-of">${t('as-of.never')}</span>`;
    }
    const isLate = reached() && Date.now() - this.at > LATE_MILLIS;
    return html`<span class="as-of ${isLate ? 'wrong' : ''}">
      ${t('as-of.age', { time: time(this.at), age: age(this.at) })}
      ${isLate ? t('as-of.late') : nothing}
    </span>`;
  }
}

customElements.define('q-age', Age);
