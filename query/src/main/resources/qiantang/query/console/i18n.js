/** Words, numbers and times in the person's language: zh or en. */

const KEPT = 'qiantang.language';
const TAGS = { zh: 'zh-CN', en: 'en' };

let language = 'zh';
let words = {};
let formats = {};

/** Loads the language that was chosen before, or else the browser's. */
export async function beginWords() {
  const kept = localStorage.getItem(KEPT);
  const first = navigator.languages?.[0] ?? navigator.language ?? 'zh';
  await load(TAGS[kept] ? kept : first.toLowerCase().startsWith('zh') ? 'zh' : 'en');
}

/** Changes the language and keeps the choice. */
export async function chooseLanguage(chosen) {
  localStorage.setItem(KEPT, chosen);
  await load(chosen);
  window.dispatchEvent(new Event('words'));
}

export const languageNow = () => language;

async function load(chosen) {
  const answer = await fetch(new URL(`./${chosen}.json`, import.meta.url));
  words = await answer.json();
  language = chosen;
  document.documentElement.lang = TAGS[chosen];
  formats = {};
}

/** The words of a key, with values in their braces. A missing key is a bug: it shows itself. */
export function t(key, values) {
  const text = words[key];
  if (text === undefined) {
    console.error(`no words for ${key}`);
    return key;
  }
  return values ? text.replace(/{(\w+)}/g, (_, name) => values[name]) : text;
}

/** The words of what the server says, which may know more of them than we; of several kinds. */
export const wordOf = (kind, code, other = kind) =>
  words[`${kind}.${code}`] ?? words[`${other}.${code}`] ?? code;

function format(name, make) {
  return (formats[name] ??= make(TAGS[language]));
}

/** A count, or any number with at most so many decimals. */
export function number(value, decimals = 0) {
  return format(`n${decimals}`, (tag) => {
    return new Intl.NumberFormat(tag, { maximumFractionDigits: decimals });
  }).format(value);
}

/** A share of 1 in percent. What is not nothing never reads as nothing. */
export function percent(share) {
  const decimals = share > 0 && share < 0.0001 ? 5 : share > 0 && share < 0.01 ? 2 : 1;
  return format(`p${decimals}`, (tag) => {
    return new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: decimals });
  }).format(share);
}

/** A value as a device sent it. */
export function value(sent) {
  if (typeof sent === 'boolean') {
    return t(sent ? 'value.true' : 'value.false');
  }
  return typeof sent === 'number' ? number(sent, 6) : String(sent);
}

/** A time of day; with the day where it is not today's. */
export function time(millis) {
  const isToday = new Date(millis).toDateString() === new Date().toDateString();
  return isToday ? clock(millis) : dateTime(millis);
}

export function clock(millis) {
  return format('clock', (tag) => {
    return new Intl.DateTimeFormat(tag, { timeStyle: 'medium', hourCycle: 'h23' });
  }).format(millis);
}

export function dateTime(millis) {
  return format('both', (tag) => {
    const style = { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' };
    return new Intl.DateTimeFormat(tag, style);
  }).format(millis);
}

export function hourMinute(millis) {
  return format('hm', (tag) => {
    return new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  }).format(millis);
}

export function day(millis) {
  return format('day', (tag) => {
    return new Intl.DateTimeFormat(tag, { month: 'numeric', day: 'numeric' });
  }).format(millis);
}

const UNITS = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
  ['millisecond', 0.001],
];

/** A length of time in its largest unit, one decimal below ten of it where that tells more. */
export function span(seconds) {
  const whole = Math.max(0, seconds);
  const [unit, size] =
    whole === 0 ? UNITS[3] : (UNITS.find(([, length]) => whole >= length) ?? UNITS[4]);
  const amount = whole / size;
  const decimals = unit === 'second' || amount >= 10 ? 0 : 1;
  return format(`${unit}${decimals}`, (tag) => {
    const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: decimals };
    return new Intl.NumberFormat(tag, style);
  }).format(decimals ? amount : Math.floor(amount));
}

/** How far a device's clock is from ours, in seconds. */
export const skewWords = (isAhead, seconds) =>
  t(isAhead ? 'skew.ahead' : 'skew.behind', { span: span(seconds) });

/** A time that something takes again and again: none is shorter than what can be told apart. */
export const period = (seconds) =>
  seconds === null || seconds === undefined
    ? t('unknown')
    : seconds < 0.001
      ? `< ${span(0.001)}`
      : span(seconds);

/** How long ago something was. */
export function age(millis) {
  const seconds = (Date.now() - millis) / 1000;
  return seconds < 1 ? t('age.now') : t('age.ago', { span: span(seconds) });
}
