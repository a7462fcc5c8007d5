/** `38 ms`, `1.2 s`, `4 min`. */
export function duration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return '–';
  if (ms < 10) return `${Number(ms.toPrecision(2))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** A time that is still to pass, in whole seconds, so that a sentence with it keeps its length as it runs down. */
export function countdown(ms: number): string {
  return ms < 120_000 ? `${Math.max(1, Math.ceil(ms / 1000))} s` : duration(ms);
}

/** `99.8 %`; never 100 % where something went wrong. */
export function percent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return '–';
  const shown = share * 100;
  if (share === 1 || share === 0) return `${shown} %`;
  return `${Math.min(99.9, Math.max(0.1, shown)).toFixed(shown < 10 || shown > 90 ? 1 : 0)} %`;
}

/** `9120`, `42.1 k`, `1.20 M`. */
export function number(value: number): string {
  if (value < 10_000) return String(Math.round(value));
  if (value < 999_500) return `${(value / 1000).toFixed(value < 99_950 ? 1 : 0)} k`;
  return `${(value / 1e6).toFixed(value < 9.995e6 ? 2 : 0)} M`;
}

/** Calls a second, of a count within a minute. */
export function perSecond(count: number): string {
  const rate = count / 60;
  if (rate === 0) return '0';
  // A call or two within a minute are not none.
  return rate < 0.1 ? rate.toFixed(2) : rate < 10 ? rate.toFixed(1) : number(rate);
}

/** The page is English, whatever the browser speaks. The reader's time zone; midnight is 00, not 24. */
const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

export function clock(at: number): string {
  return CLOCK.format(at);
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** The time of day, with the date where that was another day. */
export function moment(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? clock(at) : DAY.format(at);
}

/** The way to a provider on the page. Half a character, which no address can hold, is replaced. */
export function wayTo(provider: string): string {
  return `#/provider/${encodeURIComponent(provider.replaceAll(/\p{Surrogate}/gu, '\ufffd'))}`;
}

const WRITTEN_LEFTWARDS = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name within a sentence: one that is written from right to left must not take what follows with it. */
export function named(name: string): string {
  return WRITTEN_LEFTWARDS.test(name) ? `\u2068${name}\u2069` : name;
}

/** A sentence whose numbers stay on one line with their units. */
export function unbroken(sentence: string): string {
  return sentence.replaceAll(/(\d) (%|ms|s|min|h|k|M)(?![\p{L}\d])/gu, '$1\u00a0$2');
}

/**
 * A sentence without what changes all the time, such as counts and countdowns: where that alone has changed there is
 * nothing new to be said aloud. Numbers within names stay, and so does the status that a provider answers.
 */
export function gist(sentence: string): string {
  return sentence.replaceAll(/(?<![\p{L}\p{N}_.-]|answers )\d+(?:\.\d+)?(?![\p{L}\p{N}_-]|\.\p{L})/gu, '…');
}

/** `circuitBreaker` as `circuit breaker`. */
export function words(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
