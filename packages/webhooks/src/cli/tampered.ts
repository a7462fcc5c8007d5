/** A request that is about to be sent. */
export interface OutgoingWebhook {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The request as a stranger would have changed it: one character of the body, or of every header of the sender where
 * the body is not signed.
 */
export function tampered({ url, headers, body }: OutgoingWebhook, signsBody: boolean): OutgoingWebhook {
  if (signsBody && body.length > 0) return { url, headers, body: changedBody(body) };
  const others = Object.entries(headers).map(([name, value]) => [
    name,
    name === 'content-type' ? value : changed(value),
  ]);
  return { url, headers: Object.fromEntries(others) as Record<string, string>, body: changedBody(body) };
}

/** A letter or digit in the middle becomes another one, so that JSON stays JSON. */
function changedBody(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  const isPlain = (byte: number): boolean => /[a-z0-9]/i.test(String.fromCharCode(byte));
  const middle = Math.floor(copy.length / 2);
  const found = copy.subarray(middle).findIndex(isPlain);
  const at = found < 0 ? copy.findIndex(isPlain) : middle + found;
  if (at < 0) return Buffer.concat([copy, Buffer.from(' ')]);
  copy[at] = copy[at] === 0x31 ? 0x32 : 0x31;
  return copy;
}

function changed(text: string): string {
  const last = text.at(-1) ?? '';
  return text.slice(0, -1) + (last === '0' ? '1' : '0');
}
