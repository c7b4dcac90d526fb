import { html, nothing } from './element.js';
import { chooseLanguage, languageNow, t } from './i18n.js';
import { reached } from './link.js';
import { SCREENS, go, here, href } from './route.js';

/** What stands above every screen: where one is, and how it looks. */

const THEME = 'qiantang.theme';
const THEMES = ['auto', 'light', 'dark'];

const themeNow = () => localStorage.getItem(THEME) ?? 'auto';

/** Shows the theme that was chosen before; without one the browser's holds. */
export function beginTheme() {
  document.documentElement.dataset.theme = themeNow();
}

function chooseTheme(chosen) {
  localStorage.setItem(THEME, chosen);
  beginTheme();
  window.dispatchEvent(new Event('theme'));
}

/** The head of the page. */
export const masthead = (app, scope) => html`
  <header class="masthead">
    <a class="brand" href="/"><span lang="zh-CN">钱塘</span> <span lang="en">Qiantang</span></a>
    <nav aria-label=${t('nav.label')}>${SCREENS.map((screen) => entry(screen, scope))}</nav>
    <div class="tools">
      ${scopes(app, scope)}
      <span class="link" role="status">
        <span class="dot ${reached() ? 'on' : 'lost'}" aria-hidden="true"></span>
        <span class="words">${t(reached() ? 'link.on' : 'link.off')}</span>
      </span>
      ${languages()} ${themes()}
      <button class="quiet" @click=${() => app.leave()}>${t('login.out')}</button>
    </div>
  </header>
`;

function entry(screen, scope) {
  if (screen.under) {
    return nothing;
  }
  const now = here().path;
  const under = SCREENS.find(({ path }) => path === now)?.under;
  const isHere = screen.path === now || screen.path === under;
  const params = here().params;
  const address =
    screen.path === '/'
      ? href('/', scope)
      : href(screen.path, { enterprise: scope.enterprise ?? params.enterprise });
  return html`<a href=${address} aria-current=${isHere ? 'page' : nothing}>${t(screen.title)}</a>`;
}

/** Platforms and enterprises that this person may see; the first hundred of these. */
function scopes({ me, enterprises, platforms }, scope) {
  const chosen = scope.platform ? `platform:${scope.platform}` : `enterprise:${scope.enterprise}`;
  const option = (value, text) =>
    html`<option value=${value} ?selected=${value === chosen}>${text}</option>`;
  const listed = enterprises ?? [];
  const isListed = listed.some(({ id }) => id === scope.enterprise);
  return html`
    <label class="scope">
      <span class="hidden">${t('scope.label')}</span>
      <select @change=${(event) => chooseScope(event.target.value)}>
        ${me.enterprise === null
          ? html`<optgroup label=${t('scope.platforms')}>
              ${(platforms ?? []).map((row) => option(`platform:${row.id}`, platformName(row)))}
            </optgroup>`
          : nothing}
        <optgroup label=${t('scope.enterprises')}>
          ${scope.enterprise && !isListed
            ? option(`enterprise:${scope.enterprise}`, scope.enterprise)
            : nothing}
          ${listed.map(({ id, name }) => option(`enterprise:${id}`, name))}
        </optgroup>
      </select>
    </label>
  `;
}

const platformName = ({ name, nameEn }) => (languageNow() === 'en' && nameEn) || name;

function chooseScope(text) {
  const [kind, id] = text.split(':', 2);
  const isList = here().path === '/devices' && kind === 'enterprise';
  go(href(isList ? '/devices' : '/', { [kind]: id }));
}

/** The two ways to say what the page speaks and how it looks; the login has them too. */
export function languages() {
  const isChinese = languageNow() === 'zh';
  return html`<button
    class="quiet"
    lang=${isChinese ? 'en' : 'zh-CN'}
    @click=${() => chooseLanguage(isChinese ? 'en' : 'zh')}
  >
    ${isChinese ? 'English' : '中文'}
  </button>`;
}

export function themes() {
  const now = themeNow();
  return html`<label class="theme">
    <span class="hidden">${t('theme.label')}</span>
    <select @change=${(event) => chooseTheme(event.target.value)}>
      ${THEMES.map(
        (theme) =>
          html`<option value=${theme} ?selected=${theme === now}>${t(`theme.${theme}`)}</option>`,
      )}
    </select>
  </label>`;
}
