import { html, nothing } from './element.js';
import { t } from './i18n.js';

/** What went wrong, in the server's words, and what to do. */
export const troubleNote = (trouble, again = null) => html`
  <div class="trouble" role="alert">
    <p>
      <b>${trouble.status ? trouble.message : t('link.lost')}</b>
      ${trouble.detail ? html`<span lang="en">${trouble.detail}</span>` : nothing}
    </p>
    <p class="faint">${advice(trouble)}</p>
    ${again ? html`<button @click=${again}>${t('again')}</button>` : nothing}
  </div>
`;

function advice({ status }) {
  if (status === 404) {
    return t('advice.not-found');
  }
  return t(status === 0 || status === 429 || status >= 500 ? 'advice.wait' : 'advice.request');
}
