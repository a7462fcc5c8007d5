/** Whole seconds or milliseconds since 1970, either of them told apart by its size, or a date of RFC 3339. */
export type TimestampUnit = 's' | 'ms' | 's|ms' | 'rfc3339';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const MOST_SECONDS = 12;
const MOST_MILLISECONDS = 15;
/** The year 5138 in seconds and 1973 in milliseconds: a larger number is one of milliseconds. */
const MOST_LIKELY_SECONDS = 99_999_999_999;

/** Epoch milliseconds of a timestamp in the sender's unit, or `undefined` unless the whole text is one. */
export function parseTimestamp(text: string, unit: TimestampUnit): number | undefined {
  if (unit === 'rfc3339') return parseRfc3339(text);
  const value = parseDigits(text, unit === 's' ? MOST_SECONDS : MOST_MILLISECONDS);
  if (value === undefined || unit === 'ms') return value;
  return unit === 's' || value <= MOST_LIKELY_SECONDS ? value * 1000 : value;
}

/** A timestamp as the sender would write it. */
export function formatTimestamp(epochMs: number, unit: TimestampUnit): string {
  if (unit === 'rfc3339') return new Date(epochMs).toISOString();
  return String(unit === 'ms' ? Math.floor(epochMs) : Math.floor(epochMs / 1000));
}

function parseDigits(text: string, most: number): number | undefined {
  if (text.length === 0 || text.length > most) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function parseRfc3339(text: string): number | undefined {
  const match = text.length <= 40 ? RFC3339.exec(text) : null;
  if (match === null) return undefined;
  const field = (index: number): number => Number(match[index] ?? '0');
  const [month, day, hour, minute, second] = [field(2), field(3), field(4), field(5), field(6)];
  const [offsetHours, offsetMinutes] = [field(9), field(10)];
  const daysInMonth = new Date(Date.UTC(field(1), month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000;
  return Date.UTC(field(1), month - 1, day, hour, minute, second, milliseconds) - offset;
}
