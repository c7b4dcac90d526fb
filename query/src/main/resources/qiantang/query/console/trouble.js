import { html, nothing } from './element.js';
import { clock, languageNow, t, wordOf } from './i18n.js';
import { lostAt } from './link.js';

/**
 * What went wrong and what to do, in the person's language; the server's own words, which are
 * English, stand beside it in English and can be unfolded in Chinese.
 */
export const troubleNote = (trouble, again = null) => html`
  <div class="trouble" role="alert">
    <p>
      <b>${title(trouble)}</b>
      ${trouble.detail && languageNow() === 'en' ? html`<span>${trouble.detail}</span>` : nothing}
    </p>
    <p>${advice(trouble)}</p>
    ${trouble.detail && languageNow() !== 'en' ? technical(trouble.detail) : nothing}
    ${again ? html`<button @click=${again}>${t('again')}</button>` : nothing}
  </div>
`;

/** What the server or a device's message says of itself, for who looks closer. */
export const technical = (detail) => html`<details>
  <summary>${t('technical')}</summary>
  <span lang="en">${detail}</span>
</details>`;

function title({ status, kind, message }) {
  if (!status) {
    const since = lostAt();
    return since ? t('link.since', { time: clock(since) }) : t('link.lost');
  }
  return kind ? wordOf('problem', kind) : message;
}

function advice({ status }) {
  if (status === 404) {
    return t('advice.not-found');
  }
  return t(status === 0 || status === 429 || status >= 500 ? 'advice.wait' : 'advice.request');
}
