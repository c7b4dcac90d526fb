import { LitElement, html, svg, nothing } from 'lit';

export { html, svg, nothing };

/**
 * An element of the console. It renders into the page itself: one stylesheet holds for all, and
 * what assistive software is told (labels, details) may point across elements.
 */
export class View extends LitElement {
  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.onWords = () => this.requestUpdate();
    window.addEventListener('words', this.onWords);
    window.addEventListener('link', this.onWords);
    this.ends = [];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('words', this.onWords);
    window.removeEventListener('link', this.onWords);
    this.ends.forEach((end) => end());
    this.ends = [];
  }

  /** Has something ended when the element leaves the page. */
  onLeave(end) {
    this.ends.push(end);
  }
}
