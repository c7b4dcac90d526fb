import { View, html, nothing } from './element.js';
import { get, repeat } from './api.js';
import { contract } from './contract.js';
import { dateTime, hourMinute, number, t, time, wordOf } from './i18n.js';

const HOUR_MILLIS = 3_600_000;
const LINES_A_PAGE = 1000;
// Lines looked at for the newest groups; a person who looks on asks for as many again.
const PAGES_AT_ONCE = 3;
const GROUPS_AT_ONCE = 10;
const AGAIN_MILLIS = 60_000;
const OWN = 'qiantang.own-reads';

/**
 * Who of others read a device's data: a line for each reader and hour, the newest first. What the
 * person's own party read, as this console does all the time, is shown if that is asked for.
 * Nothing for whom reads are not told.
 */
class Readers extends View {
  static properties = {
    enterprise: {},
    device: {},
    party: {},
    isTold: {},
    lines: { state: true },
    next: { state: true },
    withOwn: { state: true },
  };

  constructor() {
    super();
    this.withOwn = localStorage.getItem(OWN) === 'yes';
  }

  updated(changed) {
    if (changed.has('device')) {
      this.lines = null;
      this.older = [];
      this.end?.();
      this.end = repeat(AGAIN_MILLIS, () => this.look());
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end?.();
  }

  async look() {
    const api = await contract();
    // An enterprise's own lines are its people's; of others the server says it has none.
    if (!api.takes('/v1/audit', 'device') || !this.isTold) {
      return;
    }
    const { device } = this;
    const newest = await this.fetchGroups(undefined);
    if (device === this.device) {
      this.lines = newest.lines;
      this.next = this.older.length > 0 ? this.next : newest.next;
    }
  }

  async more() {
    const { lines, next } = await this.fetchGroups(this.next);
    this.older = [...this.older, ...lines];
    this.next = next;
  }

  /** Lines from a place on until there are groups enough, or enough was looked at. */
  async fetchGroups(from) {
    const { enterprise, device } = this;
    const lines = [];
    let cursor = from;
    for (let page = 0; page < PAGES_AT_ONCE && cursor !== null; page++) {
      const limit = LINES_A_PAGE;
      const asked = { enterprise, device, action: 'read', limit, cursor };
      const { items, next } = await get('/audit', asked);
      lines.push(...items);
      cursor = next;
      if (this.groups(lines).length >= GROUPS_AT_ONCE) {
        break;
      }
    }
    return { lines, next: cursor };
  }

  groups(lines) {
    const groups = new Map();
    for (const line of lines) {
      const isOwn = line.actor.party === this.party;
      if (!isOwn || this.withOwn) {
        const hour = Math.floor(line.at / HOUR_MILLIS) * HOUR_MILLIS;
        const key = `${hour} ${line.actor.token} ${line.actor.party}`;
        const group = groups.get(key) ?? {
          ...line.actor,
          hour,
          isOwn,
          count: 0,
          newest: line.at,
          what: new Set(),
          isGranted: false,
        };
        group.count += line.count;
        group.newest = Math.max(group.newest, line.at);
        group.what.add(partOf(line.object));
        group.isGranted ||= Boolean(line.grant);
        groups.set(key, group);
      }
    }
    return [...groups.values()].sort((a, b) => b.newest - a.newest);
  }

  choose(withOwn) {
    localStorage.setItem(OWN, withOwn ? 'yes' : 'no');
    this.withOwn = withOwn;
  }

  render() {
    if (!this.lines) {
      return nothing;
    }
    const groups = this.groups([...this.lines, ...this.older]);
    return html`
      <section class="card">
        <div class="head">
          <h2>${t('readers.title')}</h2>
          <label class="check">
            <input
              type="checkbox"
              .checked=${this.withOwn}
              @change=${(event) => this.choose(event.target.checked)}
            />
            ${t('readers.own')}
          </label>
        </div>
        ${groups.length === 0
          ? html`<p>${t(this.withOwn ? 'readers.none' : 'readers.no-other')}</p>`
          : this.table(groups)}
        ${this.next
          ? html`<button @click=${() => this.more()}>${t('readers.earlier')}</button>`
          : nothing}
      </section>
    `;
  }

  table(groups) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('readers.title')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('readers.who')}</th>
            <th scope="col">${t('readers.hour')}</th>
            <th scope="col" class="right">${t('readers.count')}</th>
            <th scope="col">${t('readers.what')}</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map((group) => row(group))}
        </tbody>
      </table>
    </div>`;
  }
}

/** What is told by a path: of many devices, or the part behind one; itself where there is none. */
function partOf(path) {
  const [, , devices, , part] = path.split('/');
  const told = devices === 'devices' ? part : devices;
  return told?.split(/[?:]/)[0] || 'device';
}

/** A party in words; an id of one stays as it is. */
function partyWords(party) {
  const [kind, ...id] = party.split(':');
  return t('readers.party', { kind: wordOf('party', kind), id: id.join(':') }).trim();
}

const row = ({ name, party, role, hour, newest, count, what, isGranted }) => html`<tr>
  <th scope="row">
    ${name === role ? wordOf('role', role) : name} <span class="faint">${partyWords(party)}</span>
    ${isGranted ? html`<span class="tag">${t('readers.granted')}</span>` : nothing}
  </th>
  <td title=${dateTime(newest)}>
    ${time(hour).replace(/:\d\d$/, '')}–${hourMinute(hour + HOUR_MILLIS)}
  </td>
  <td class="right">${number(count)}</td>
  <td>${[...what].map((part) => wordOf('part', part)).join(t('list.comma'))}</td>
</tr>`;

customElements.define('q-readers', Readers);
