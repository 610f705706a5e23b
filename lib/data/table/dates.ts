/** Dates as text: ISO 8601, as in files that programs write. */

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/;
const slashed = /^(\d{4})\/(\d\d?)\/(\d\d?)$/;

/**
 * Milliseconds since 1970-01-01 of a date in ISO 8601, such as `2024-02-29` or `2024-02-29 12:30:00+01:00`; undefined for
 * other texts and for days that do not exist. A date without a zone is in UTC.
 */
export function dateOf(text: string): number | undefined {
  const found = iso.exec(text) ?? slashed.exec(text);
  if (found === null) return undefined;
  const parts: readonly (string | undefined)[] = found;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) =>
    Number(parts[i] ?? 0),
  );
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = Math.floor(Number(`0.${parts[7] ?? 0}`) * 1000);
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== day) return undefined;
  time.setUTCHours(hour, minute, second, fraction);
  return time.getTime() - zoneOf(parts[8]);
}

/** Milliseconds that a zone is ahead of UTC. */
function zoneOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}
