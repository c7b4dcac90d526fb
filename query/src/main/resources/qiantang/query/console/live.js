import { ask, address, backoffMillis, get, ofDevice, ofEnterprise, repeat } from './api.js';
import { contract } from './contract.js';
import { heard as linkHeard, lost as linkLost, reached, speaking } from './link.js';

/**
 * What happens, as it happens: from the server's event stream where it has one, else by asking
 * every two seconds. Who watches cannot tell which, but by what `how` is told.
 */

const POLL_MILLIS = 2000;
const RETRY_MILLIS = 1000;
// The first line of a stream says how often something comes; who hears nothing for half as long
// again has lost it. Of a server that does not say so, two and a half of its comments are awaited.
const BEAT = /^: beat (\d+) ms/;
const BEATS_MAX = 1.5;
const SILENCE_MILLIS_MAX = 40_000;
const HEAD_MILLIS_MAX = 10_000;
const RECONNECT_MILLIS_MAX = 10_000;
const PATH = '/v1/enterprises/{enterprise}/stream';

/**
 * Watches an enterprise, or some devices of it.
 *
 * wanted: {enterprise, devices?, metrics?, events?}, lists separated by commas, without which it is
 * all that may be told; heard: what to do with a `reading`, `state`, `rejection` or `missed` event's
 * data, and with `how`: live, polling, lost or ended, and since when. Answers what ends it.
 */
export function watch(wanted, heard) {
  let isOver = false;
  let end = () => {};
  const begin = async () => {
    const api = await contract();
    if (!isOver) {
      end = api.has(PATH) ? stream(wanted, heard) : poll(wanted, heard);
    }
  };
  const endTrying = repeat(RETRY_MILLIS, async () => {
    await begin();
    endTrying();
  });
  return () => {
    isOver = true;
    endTrying();
    end();
  };
}

/**
 * By fetch and not by EventSource: that cannot carry a token, nor tell why it was refused. A page
 * that nobody looks at gives its connection back, since a browser has six for all its pages; when
 * it is looked at again it goes on from where it was.
 */
function stream(wanted, heard) {
  const { enterprise, ...params } = wanted;
  const url = address(ofEnterprise(enterprise, '/stream'), params);
  let last = null;
  let failures = 0;
  let isOver = false;
  let hangUp = () => {};
  let endPolling = null;
  const look = () => {
    if (document.hidden) {
      hangUp();
    }
  };
  document.addEventListener('visibilitychange', look);
  const run = async () => {
    while (!isOver) {
      await seen();
      const line = new AbortController();
      hangUp = () => line.abort();
      try {
        const headTimer = setTimeout(hangUp, HEAD_MILLIS_MAX);
        const headers = { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) };
        const answer = await ask(url, headers, line.signal).finally(() => clearTimeout(headTimer));
        heard.how?.('live');
        failures = 0;
        const fallSilent = speaking();
        try {
          for await (const event of events(answer.body, hangUp)) {
            last = event.id ?? last;
            heard[event.name]?.(event.data);
          }
        } finally {
          fallSilent();
        }
      } catch (trouble) {
        if (isOver) {
          return;
        }
        if ([401, 403, 404].includes(trouble.status)) {
          heard.how?.('ended', Date.now());
          return;
        }
        if (trouble.status === 429) {
          endPolling = poll(wanted, heard); // there are too many streams: as well as without
          return;
        }
        if (trouble.status === 400) {
          last = null; // of another version, perhaps
        }
      }
      if (!isOver && !document.hidden) {
        failures++;
        heard.how?.('lost', Date.now());
        await rested(backoffMillis(RETRY_MILLIS, failures));
      }
    }
  };
  run();
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', look);
    hangUp();
    endPolling?.();
  };
}

/** Waits for so long, or until the server is back. */
function rested(millis) {
  return new Promise((go) => {
    const over = () => {
      clearTimeout(timer);
      window.removeEventListener('link', back);
      go();
    };
    const back = () => reached() && over();
    const timer = setTimeout(over, Math.min(millis, RECONNECT_MILLIS_MAX));
    window.addEventListener('link', back);
  });
}

/** Waits until somebody looks at the page. */
function seen() {
  return new Promise((go) => {
    const look = () => {
      if (!document.hidden) {
        document.removeEventListener('visibilitychange', look);
        go();
      }
    };
    document.addEventListener('visibilitychange', look);
    look();
  });
}

/**
 * The events of a body of server-sent events; comments are skipped, but tell that the line is
 * alive. Of one that is silent for too long the server counts as lost.
 */
async function* events(body, hangUp) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let timer = 0;
  let silenceMillis = SILENCE_MILLIS_MAX;
  const isSilent = () => {
    linkLost();
    hangUp();
  };
  try {
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(isSilent, silenceMillis);
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      linkHeard();
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        silenceMillis = BEATS_MAX * BEAT.exec(block)?.[1] || silenceMillis;
        const event = parse(block);
        if (event) {
          yield event;
        }
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

function parse(block) {
  const event = { name: 'message', id: null };
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, text] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (field === 'event') {
      event.name = text;
    } else if (field === 'id') {
      event.id = text;
    } else if (field === 'data') {
      data.push(text);
    }
  }
  return data.length > 0 ? { ...event, data: JSON.parse(data.join('\n')) } : null;
}

/** Of one device: its newest values and its state; what changed becomes an event. */
function poll({ enterprise, devices, events: kinds = 'state' }, heard) {
  if (!devices || devices.includes(',')) {
    return () => {}; // lists ask again by themselves
  }
  let times = {};
  let before = null;
  return repeat(POLL_MILLIS, async () => {
    try {
      const { metrics } = await get(ofDevice(enterprise, devices, '/latest'));
      const fresh = metrics.filter(({ metric, time }) => times[metric] !== time);
      times = Object.fromEntries(metrics.map(({ metric, time }) => [metric, time]));
      heard.how?.('polling');
      for (const time of [...new Set(fresh.map((each) => each.time))].sort((a, b) => a - b)) {
        const at = fresh.filter((each) => each.time === time);
        heard.reading?.({
          device: devices,
          time,
          arrival: Math.max(...at.map(({ arrival }) => arrival)),
          values: Object.fromEntries(at.map(({ metric, value }) => [metric, value])),
        });
      }
      if (kinds.includes('state')) {
        const { connection: state, since } = await get(ofDevice(enterprise, devices));
        if (before && before !== state) {
          heard.state?.({ device: devices, axis: 'connection', state, since, reason: null });
        }
        before = state;
      }
    } catch (trouble) {
      heard.how?.('lost', Date.now());
      throw trouble;
    }
  });
}
