import { ask, address, backoffMillis, get, ofDevice, ofEnterprise, repeat } from './api.js';
import { contract } from './contract.js';

/**
 * What happens, as it happens: from the server's event stream where it has one, else by asking
 * every two seconds. Who watches cannot tell which, but by what `how` is told.
 */

const POLL_MILLIS = 2000;
const RETRY_MILLIS = 1000;
const PATH = '/v1/enterprises/{enterprise}/stream';

/**
 * Watches an enterprise, or some devices of it.
 *
 * wanted: {enterprise, devices?, metrics?, events?}, lists separated by commas; heard: what to do
 * with a `reading`, `state`, `rejection` or `missed` event's data, and with `how`: live, polling or
 * lost. Answers what ends it.
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

/** By fetch and not by EventSource: that cannot carry a token, nor tell why it was refused. */
function stream({ enterprise, ...wanted }, heard) {
  const stop = new AbortController();
  let last = null;
  let failures = 0;
  const url = address(ofEnterprise(enterprise, '/stream'), wanted);
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        const headers = { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) };
        const answer = await ask(url, headers, stop.signal);
        heard.how?.('live');
        for await (const event of events(answer.body)) {
          failures = 0;
          last = event.id ?? last;
          heard[event.name]?.(event.data);
        }
      } catch (trouble) {
        if (stop.signal.aborted || trouble.status === 401 || trouble.status === 404) {
          return;
        }
      }
      failures++;
      heard.how?.('lost');
      await new Promise((go) => setTimeout(go, backoffMillis(RETRY_MILLIS, failures)));
    }
  };
  run();
  return () => stop.abort();
}

/** The events of a body of server-sent events; comments are skipped. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) {
        yield event;
      }
    }
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
function poll({ enterprise, devices, events: kinds = '' }, heard) {
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
      heard.how?.('lost');
      throw trouble;
    }
  });
}
