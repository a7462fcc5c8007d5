import { reject, type Rejection } from '../contract/verification.js';
import type { Family } from './scheme.js';
import type { Sender } from './sender.js';

const USUAL: Readonly<Record<Family, string>> = {
  mac: 'the secret of another endpoint or environment (test, live, command line), or a body that a proxy or parser has changed',
  'public-key': 'the key of another account or environment, or a body that a proxy or parser has changed',
  comparison: 'a secret that is not the one which the sender was told',
  token: 'the key of another account or environment',
};

/** The refusal where no secret matches, which names the causes to look for first. Made once for each sender. */
export function mismatchOf(sender: Sender, family: Family, signsUrl: boolean): Rejection {
  const causes = [sender.hint, signsUrl ? 'another URL than the one that the sender calls' : undefined, USUAL[family]];
  const listed = causes.filter((cause) => cause !== undefined).join('; ');
  return Object.freeze(reject('mismatch', `none of the secrets makes this signature. Usual causes: ${listed}`));
}
