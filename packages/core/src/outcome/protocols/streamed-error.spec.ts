import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../testing/test-clock.js';
import { createProvider } from '../../provider/create-provider.js';
import { createClassifier } from '../reading/classifier.js';

const classify = createClassifier(new TestClock());
const ofError = (fields: object) => classify({ ok: false, error: Object.assign(new Error('failed'), fields) });

/** As the SDK of OpenAI raises an event with an `error`, and that of Anthropic an event of that name. */
const openAi = (error: object, headers = new Headers()) => ofError({ status: undefined, headers, error });
const anthropic = (type: string, headers = new Headers()) =>
  ofError({ status: undefined, headers, type, error: { type: 'error', error: { type, message: 'no' } } });

describe('a failure that a provider tells within a stream', () => {
  it.each([
    ['overloaded_error', 'transient'],
    ['rate_limit_error', 'throttled'],
    ['api_error', 'unknown'],
    ['timeout_error', 'unknown'],
    ['authentication_error', 'unauthorized'],
    ['permission_error', 'unauthorized'],
    ['invalid_request_error', 'permanent'],
    ['not_found_error', 'permanent'],
    ['billing_error', 'permanent'],
    ['a_word_of_tomorrow', 'unknown'],
  ])('of Anthropic: %s', (type, kind) => {
    expect(anthropic(type)).toEqual({ kind });
  });

  it.each([
    [{ type: 'server_error', code: null }, 'unknown'],
    [{ type: 'server_error', code: 'server_is_overloaded' }, 'transient'],
    [{ type: 'service_unavailable_error', code: null }, 'transient'],
    [{ type: 'requests', code: 'rate_limit_exceeded' }, 'throttled'],
    [{ type: 'insufficient_quota', code: 'insufficient_quota' }, 'throttled'],
    [{ type: 'invalid_request_error', code: 'context_length_exceeded' }, 'permanent'],
    [{ type: 'invalid_request_error', code: 'invalid_api_key' }, 'unauthorized'],
    [{ code: 'internal_error' }, 'unknown'],
  ])('of OpenAI and those like it: %j', (error, kind) => {
    expect(openAi(error)).toEqual({ kind });
  });

  it('waits as long as the headers of its answer ask, once its quota is spent', () => {
    const spent = { 'anthropic-ratelimit-requests-remaining': '0', 'retry-after': '7' };
    expect(anthropic('rate_limit_error', new Headers(spent))).toEqual({ kind: 'throttled', retryAfterMs: 7000 });
    const reset = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' };
    expect(openAi({ code: 'rate_limit_exceeded' }, new Headers(reset))).toEqual({
      kind: 'throttled',
      retryAfterMs: 2000,
    });
  });

  it.each([
    ['ThrottlingException', 'client', 'throttled'],
    ['InternalServerException', 'server', 'unknown'],
    ['ModelStreamErrorException', 'client', 'unknown'],
    ['ModelTimeoutException', 'client', 'unknown'],
    ['ServiceUnavailableException', 'server', 'unknown'],
    ['ValidationException', 'client', 'permanent'],
  ])('of AWS: %s', (name, $fault, kind) => {
    expect(ofError({ name, $fault, $metadata: {} }).kind).toBe(kind);
  });

  it('is told by a response of OpenAI that was returned', () => {
    const returned = (response: object) => classify({ ok: true, value: { object: 'response', ...response } }).kind;
    expect(returned({ status: 'failed', error: { code: 'server_error' } })).toBe('unknown');
    expect(returned({ status: 'failed', error: { code: 'rate_limit_exceeded' } })).toBe('throttled');
    expect(returned({ status: 'failed', error: { code: 'invalid_prompt' } })).toBe('permanent');
    expect(returned({ status: 'completed', error: null })).toBe('success');
    expect(classify({ ok: true, value: { object: 'job', status: 'failed', error: { code: 'x' } } }).kind).toBe(
      'success',
    );
  });

  it.each([
    ['response.failed', { response: { object: 'response', status: 'failed', error: { code: 'server_error' } } }, 1],
    ['error', { code: 'server_error', message: 'no', sequence_number: 3 }, 1],
    ['error', { code: 'invalid_prompt', message: 'no', sequence_number: 3 }, 0],
    ['error', { of: 'another kind' }, 0],
    ['response.completed', { response: { object: 'response', status: 'completed' } }, 0],
  ])('is told by the last event of a stream: %s %j', async (type, fields, failed) => {
    const provider = createProvider('openai', { circuitBreaker: {} });
    const events = async function* () {
      yield { type: 'response.created' };
      yield { type, ...fields };
    };
    const read: unknown[] = [];
    for await (const event of await provider.execute(() => events())) read.push(event);
    expect(read).toEqual([{ type: 'response.created' }, { type, ...fields }]);
    expect(provider.snapshot().policies).toMatchObject([{ failed, succeeded: 1 - failed }]);
  });

  it('is none where the error has a status, or tells of a connection', () => {
    expect(ofError({ status: 500, error: { type: 'invalid_request_error' } }).kind).toBe('unknown');
    expect(ofError({ status: undefined, headers: undefined, error: undefined, code: 'ECONNREFUSED' }).kind).toBe(
      'not-sent',
    );
    expect(ofError({ error: { type: 'invalid_request_error' } }).kind).toBe('unknown');
    const lost = Object.assign(new Error('gaxios: its cause'), { type: 'system', code: 'rate_limit_of_none' });
    expect(ofError({ status: undefined, error: lost }).kind).toBe('unknown');
  });
});
