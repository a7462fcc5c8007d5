/** The time that a server says it took for an answer: the first duration in Server-Timing (W3C), in milliseconds. */
export function serverMs(header: string | string[] | undefined): number | undefined {
  const duration = /;\s*dur=(\d+(?:\.\d+)?)/.exec(String(header))?.[1];
  return duration === undefined ? undefined : Number(duration);
}
