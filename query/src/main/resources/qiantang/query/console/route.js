/** The address holds all state: the path is the screen, the query what it shows. */

/**
 * Screens there are, in the order of the navigation; a new one is a line here, and its tag in
 * app.js. One that is under another has no entry of its own.
 */
export const SCREENS = [
  { path: '/', title: 'nav.overview', tag: 'q-overview', load: () => import('./overview.js') },
  { path: '/devices', title: 'nav.devices', tag: 'q-devices', load: () => import('./devices.js') },
  {
    path: '/device',
    title: 'nav.device',
    under: '/devices',
    tag: 'q-device',
    load: () => import('./device.js'),
  },
];

export const here = () => ({
  path: location.pathname,
  params: Object.fromEntries(new URLSearchParams(location.search)),
});

/** An address; parameters without a value are left out. */
export function href(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** Goes to an address; a replaced one is not gone back to. */
export function go(address, { replace = false } = {}) {
  if (address !== location.pathname + location.search) {
    history[replace ? 'replaceState' : 'pushState'](null, '', address);
  }
  window.dispatchEvent(new Event('route'));
}

/** Lets links within the console change the address without loading the page again. */
export function followLinks() {
  window.addEventListener('popstate', () => window.dispatchEvent(new Event('route')));
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || event.defaultPrevented || event.button !== 0 || !isPlain || link.target) {
      return;
    }
    const url = new URL(link.href);
    if (url.origin === location.origin && SCREENS.some(({ path }) => path === url.pathname)) {
      event.preventDefault();
      go(url.pathname + url.search);
    }
  });
}
