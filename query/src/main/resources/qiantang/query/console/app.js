import { View, html, nothing } from './element.js';
import { get, repeat } from './api.js';
import { contract } from './contract.js';
import { beginWords, clock, t } from './i18n.js';
import { lostAt, reached, watchLink } from './link.js';
import { SCREENS, followLinks, here } from './route.js';
import { isUnknown, mayBeKnown, signOut, spendLink } from './session.js';
import { beginTheme, masthead } from './shell.js';
import { troubleNote } from './trouble.js';
import './login.js';

const RETRY_MILLIS = 3000;
// The platform that every enterprise is of.
const BASE = 'supet';

/** The page: who is there, and the screen that the address names. */
class App extends View {
  static properties = {
    me: { state: true },
    enterprises: { state: true },
    platforms: { state: true },
    screen: { state: true },
    trouble: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    // asks: whether a person is to sign in; until anything is known neither that nor a screen.
    this.asks = false;
    const listen = (name, heard) => {
      window.addEventListener(name, heard);
      this.onLeave(() => window.removeEventListener(name, heard));
    };
    listen('route', () => this.showScreen());
    listen('unknown-caller', () => this.askWho());
    followLinks();
    watchLink();
    this.begin();
  }

  async begin() {
    this.linkTrouble = await spendLink();
    if (!mayBeKnown()) {
      this.askWho();
      return;
    }
    const end = repeat(RETRY_MILLIS, async () => {
      try {
        await this.enter();
        end();
      } catch (trouble) {
        if (trouble.status === 401) {
          end();
        } else {
          this.trouble = trouble;
          throw trouble;
        }
      }
    });
  }

  /** Learns who is there and what they may see; fails where the server does not know them. */
  async enter() {
    const me = await get('/me');
    const [{ items: enterprises }, platforms] = await Promise.all([
      get('/enterprises', { limit: 100 }),
      this.platformsOf(me),
    ]);
    Object.assign(this, { me, enterprises, platforms, trouble: null, asks: false });
    await this.showScreen();
  }

  /** With their names, where the server tells these. */
  async platformsOf(me) {
    const api = await contract();
    return api.has('/v1/platforms')
      ? (await get('/platforms')).items
      : me.platforms.map((id) => ({ id, name: id }));
  }

  askWho() {
    if (!this.asks) {
      isUnknown();
      this.asks = true;
      this.me = null;
      this.requestUpdate();
    }
  }

  async leave() {
    await signOut();
    this.askWho();
  }

  async showScreen() {
    const path = here().path === '/login' ? '/' : here().path;
    const screen = SCREENS.find((known) => known.path === path) ?? SCREENS[0];
    try {
      await screen.load();
      const isOther = this.screen && this.screen !== screen;
      this.screen = screen;
      this.stale = false;
      if (isOther) {
        await this.updateComplete;
        scrollTo(0, 0);
        this.querySelector('#main')?.focus({ preventScroll: true }); // what had it is gone
      }
    } catch {
      this.stale = true; // the server has another version of the console by now, or is away
    }
    this.requestUpdate();
  }

  /** What the screen shows: one enterprise, or one platform. */
  scope() {
    const { path, params } = here();
    const { enterprise, platform } = params;
    if (enterprise) {
      return { enterprise };
    }
    if (platform && path === '/') {
      return { platform };
    }
    const platforms = (this.platforms ?? []).map(({ id }) => id);
    const own = this.me.enterprise ?? this.me.enterprises[0];
    return this.me.enterprise === null && platforms.length > 0 && path === '/'
      ? { platform: platforms.includes(BASE) ? BASE : platforms[0] }
      : { enterprise: own };
  }

  updated() {
    const screen = this.me && this.screen;
    const words = screen ? `${t(screen.title)} · ` : '';
    document.title = `${words}钱塘 Qiantang`;
  }

  render() {
    if (this.asks) {
      return html`<q-login
        .refused=${this.linkTrouble}
        .enter=${() => this.enter()}
      ></q-login>`;
    }
    if (!this.me) {
      return html`<main class="wait" aria-busy="true">
        ${this.trouble ? troubleNote(this.trouble) : html`<p role="status">${t('loading')}</p>`}
      </main>`;
    }
    const scope = this.scope();
    return html`
      <a class="skip" href="#main">${t('nav.skip')}</a>
      ${masthead(this, scope)}
      ${reached()
        ? nothing
        : html`<p class="banner" role="status">
            ${t('link.since', { time: clock(lostAt()) })} ${t('link.remains')}
          </p>`}
      ${this.stale
        ? html`<p class="banner" role="alert">
            ${t('version.changed')}
            <button @click=${() => location.reload()}>${t('version.reload')}</button>
          </p>`
        : nothing}
      <main id="main" tabindex="-1">${this.content(scope)}</main>
    `;
  }

  content(scope) {
    const common = { me: this.me, enterprises: this.enterprises ?? [], scope };
    switch (this.screen?.tag) {
      case 'q-overview':
        return html`<q-overview .given=${common} .params=${here().params}></q-overview>`;
      case 'q-devices':
        return html`<q-devices .given=${common} .params=${here().params}></q-devices>`;
      case 'q-device':
        return html`<q-device .given=${common} .params=${here().params}></q-device>`;
      default:
        return html`<p role="status">${t('loading')}</p>`;
    }
  }
}

beginTheme();
await beginWords();
customElements.define('q-app', App);
