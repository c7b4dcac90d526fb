import { View, html, nothing } from './element.js';
import { t } from './i18n.js';
import { useToken } from './session.js';
import { languages, themes } from './shell.js';

/** Asks who is there: a one-time link is the way in, a token goes too. */
class Login extends View {
  static properties = {
    refused: {},
    enter: {},
    trouble: { state: true },
    isAsking: { state: true },
  };

  async submit(event) {
    event.preventDefault();
    useToken(this.querySelector('input').value);
    this.isAsking = true;
    try {
      await this.enter();
    } catch (trouble) {
      useToken('');
      this.trouble = trouble;
      this.isAsking = false;
      this.querySelector('input').focus();
    }
  }

  render() {
    const says = this.trouble
      ? this.trouble.status === 401
        ? `${t('login.refused')} ${this.trouble.detail}`
        : `${t('link.lost')} ${this.trouble.detail ?? ''}`
      : this.refused
        ? t(this.refused)
        : '';
    return html`
      <main class="login" id="main">
        <h1><span lang="zh-CN">钱塘</span> <span lang="en">Qiantang</span></h1>
        <p>${t('login.what')}</p>
        <p>${t('login.link')}</p>
        <form @submit=${(event) => this.submit(event)}>
          <label>
            ${t('login.token')}
            <input
              type="password"
              autocomplete="off"
              spellcheck="false"
              required
              aria-describedby="login-kept login-says"
            />
          </label>
          <p class="faint" id="login-kept">${t('login.kept')}</p>
          <p class="wrong" id="login-says" role="alert">${says || nothing}</p>
          <button class="main" ?disabled=${this.isAsking}>${t('login.in')}</button>
        </form>
        <p class="tools">${languages()} ${themes()}</p>
      </main>
    `;
  }
}

customElements.define('q-login', Login);
