import { reject, type Rejection } from '../contract/verification.js';
import type { FetchedKey } from '../definition/fetched-key.js';
import { lazyPlace } from '../definition/place.js';
import type { Delivery } from '../request/delivery.js';
import type { KeyRequest } from './key-request.js';
import type { SenderCode } from './sender-code.js';

const KID = /^[\x21-\x7e]{1,256}$/;
const LONGEST_URL = 512;

/** Says which key has to be fetched for senders whose signature data describes. */
export function fetchedKeyCode(rule: FetchedKey | undefined): SenderCode {
  return rule === undefined ? {} : { keyRequest: (delivery) => keyRequest(delivery, rule) };
}

function keyRequest(delivery: Delivery, rule: FetchedKey): KeyRequest | Rejection {
  if ('jwks' in rule) return { ok: true, kind: 'url', url: rule.jwks };
  if ('url' in rule) {
    const url = delivery.at(lazyPlace(rule.url));
    if (url === undefined) return reject('missing', 'the request names no certificate');
    return isAllowed(url, rule.hosts)
      ? { ok: true, kind: 'url', url }
      : reject('malformed', 'the address of the certificate is not one of the sender');
  }
  const kid = rule.kid === 'token' ? undefined : delivery.at(lazyPlace(rule.kid));
  if (kid === undefined) return reject('missing', 'the request names no key');
  return KID.test(kid) ? { ok: true, kind: 'kid', kid } : reject('malformed', 'the id of the key is no plain text');
}

/** Cut by hand, so that it means the same to every client: no user, no port, no query, no way up. */
function isAllowed(url: string, hosts: readonly string[]): boolean {
  const found = url.length <= LONGEST_URL ? /^https:\/\/([a-z0-9.-]+)\/([\w./-]*)$/.exec(url) : null;
  return found !== null && hosts.includes(found[1] ?? '') && !(found[2] ?? '').split('/').includes('..');
}
