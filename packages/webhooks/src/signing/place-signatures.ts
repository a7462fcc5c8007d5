import type { SenderPlan } from '../definition/sender-plan.js';
import type { SignatureList } from '../definition/sender.js';
import type { Signature } from '../keys/make-signature.js';
import { signingFault } from './signing-fault.js';

/** The signatures as the sender writes them: in headers, or as the one text for another place. */
export function placeSignatures(
  plan: SenderPlan,
  signatures: readonly Signature[],
  timestamp: string | undefined,
): { readonly headers: Record<string, string>; readonly text: string } {
  const { slots, list, prefix = '', place } = plan.signature;
  const name = (index: number): string => plan.headers.name(slots[index] ?? -1);
  if (list !== undefined) {
    const text = entries(plan, signatures, { list, timestamp }).join(list.separator);
    return { headers: place === undefined ? { [name(0)]: text } : {}, text };
  }
  const room = place === undefined ? slots.length : 1;
  if (signatures.length > room) throw signingFault(plan, `has room for ${room} signature(s) only`);
  const texts = signatures.map(({ text }) => prefix + text);
  const headers = place === undefined ? texts.map((text, index) => [name(index), text] as const) : [];
  return { headers: Object.fromEntries(headers), text: texts[0] ?? '' };
}

function entries(
  { timestamp: rule }: SenderPlan,
  signatures: readonly Signature[],
  { list, timestamp }: { readonly list: SignatureList; readonly timestamp: string | undefined },
): readonly string[] {
  const pair = list.label === undefined && list.assign !== undefined ? `key${list.assign}` : '';
  const written = signatures.map(({ scheme, text }) => pair + scheme.mark + text);
  if (timestamp === undefined) return written;
  if (rule?.mark !== undefined) return [rule.mark + timestamp, ...written];
  return rule?.position === undefined ? written : written.toSpliced(rule.position, 0, timestamp);
}
