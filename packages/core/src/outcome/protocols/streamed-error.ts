import type { Outcome, OutcomeKind } from '../outcome.js';
import { retryAfterMs } from '../../headers/retry-after.js';
import { resetWaitMs } from '../../headers/reset-wait.js';
import { isPlain } from '../../values/is-plain.js';
import { AWS_THROTTLING } from './aws-throttling.js';
import { asFields } from './http-answer.js';
import type { Protocol } from './protocol.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A failure that a provider tells within a stream, whose answer began with 200: as the SDKs of OpenAI and Anthropic
 * raise it, and all that are generated as they are, and as event streams of AWS do. No status goes with it, but a word
 * that providers send with a status elsewhere.
 */
export const streamedError: Protocol = {
  ofValue: (value) => failedResponse(value as Fields),
  ofError: (error, wallNow) => serverSentOutcome(error as Fields, wallNow) ?? awsOutcome(error as Fields),
};

/**
 * The meaning of a stream whose last value tells of a failure, as events of OpenAI's Responses do, which its SDK hands
 * out as any other. `undefined` where it does not.
 */
export function failureInStream(last: unknown): Outcome | undefined {
  const event = asFields(last);
  if (event?.['type'] === 'response.failed') return failedResponse(asFields(event['response']) ?? {});
  return event?.['type'] === 'error' && 'sequence_number' in event ? wordOf(event) : undefined;
}

/** A response of OpenAI's that failed after its answer began with 200. */
function failedResponse({ status, object, error }: Fields): Outcome | undefined {
  return status === 'failed' && object === 'response' ? wordOf(asFields(error) ?? {}) : undefined;
}

/**
 * The words of OpenAI, Anthropic and those who speak as they do. Others are `unknown`. Sources: OpenAI, "Error codes";
 * Anthropic, "Errors".
 */
const KIND_BY_WORD: readonly (readonly [RegExp, OutcomeKind])[] = [
  [/overloaded|^service_unavailable/, 'transient'],
  [/^rate_limit|^insufficient_quota$|^too_many_requests/, 'throttled'],
  [/^authentication_|^permission_|^invalid_api_key$|^invalid_authentication/, 'unauthorized'],
  [/^invalid_|^not_found|^request_too_large|^billing_|^context_length|^content_|^model_not_found$/, 'permanent'],
];

/** The SDKs put the event's data into `error`, beside a status that there is none of. Others put an error there. */
function serverSentOutcome(fields: Fields, wallNow: number): Outcome | undefined {
  const { error: body } = fields;
  if (!isPlain(body) || !('status' in fields) || fields['status'] !== undefined) return undefined;
  const inner = asFields(body['error']) ?? body;
  const { code, type } = inner;
  if (typeof code !== 'string' && typeof type !== 'string') return undefined;
  const { kind } = wordOf(inner);
  const { headers } = fields;
  const wait = retryAfterMs(headers, wallNow) ?? (kind === 'throttled' ? resetWaitMs(headers, wallNow) : undefined);
  return wait === undefined ? { kind } : { kind, retryAfterMs: wait };
}

function wordOf({ code, type }: Fields): Outcome {
  return { kind: kindOf(code) ?? kindOf(type) ?? 'unknown' };
}

function kindOf(word: unknown): OutcomeKind | undefined {
  return typeof word === 'string' ? KIND_BY_WORD.find(([words]) => words.test(word))?.[1] : undefined;
}

/** A failure of the model's, or of time, that AWS lays to the client. */
const AWS_OF_SERVER = /Timeout|Stream|ServiceUnavailable|NotReady/;

/** Errors of event streams have a `$fault`, and metadata without a status. Source: smithy, "Event streams". */
function awsOutcome({ $fault, $metadata, $retryable, name }: Fields): Outcome | undefined {
  const metadata = asFields($metadata);
  if (typeof $fault !== 'string' || typeof name !== 'string') return undefined;
  if (metadata === undefined || metadata['httpStatusCode'] !== undefined) return undefined;
  if (AWS_THROTTLING.test(name) || asFields($retryable)?.['throttling'] === true) return { kind: 'throttled' };
  return { kind: $fault === 'client' && !AWS_OF_SERVER.test(name) ? 'permanent' : 'unknown' };
}
