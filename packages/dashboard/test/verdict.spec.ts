import type { PolicySnapshot } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { headline, judged } from '../page/src/state/headline.js';
import { mergedProvider, type Provider } from '../page/src/state/merge.js';
import { Model } from '../page/src/state/model.js';
import { verdictOf } from '../page/src/state/verdict.js';
import { gist, perSecond, wayTo } from '../page/src/ui/format.js';
import { factsOf } from '../page/src/views/policy-facts.js';
import { AT, providerView, type ShownProvider } from './gallery/provider-view.fixture.js';

const REFUND = 'PaymentsClient.refund';
const OPENED = { from: 'closed', to: 'open' };

/** A provider as the page has it, from one host or several. */
function provider(...shown: readonly Omit<ShownProvider, 'name'>[]): Provider {
  const model = new Model();
  const hosts = shown.map((each, i) => {
    const view = providerView({ name: 'payments', ...each });
    return { id: `web-${i}`, host: `web-${i}`, at: AT, providers: [view], queues: [], events: [] };
  });
  model.apply({ full: true, at: AT, hosts, gone: [] });
  return mergedProvider(model, 'payments')!;
}

function sentence(of: Provider): string {
  return headline(judged([of], AT), false).text;
}

function factsIn(of: Provider, title: string): Readonly<Record<string, string>> {
  const group = factsOf(of).find((each) => each.title === title);
  return Object.fromEntries(group!.facts.map(({ name, value }) => [name, value]));
}

const own = (circuit: object) => ({ own: [{ operation: REFUND, circuit }] });

describe('what the page says of a provider', () => {
  it('takes the circuit of one method for that method’s, and its cause from that circuit’s own history', () => {
    const payments = provider({
      ...own({ state: 'open', openForMs: 4000 }),
      history: [
        { ...OPENED, reason: 'slow call rate', operation: REFUND },
        { ...OPENED, reason: 'failure rate' },
      ],
    });
    expect(sentence(payments)).toBe(
      `Some calls to payments are refused: too many calls were slow for ${REFUND}; next try in 4 s.`,
    );
    expect(factsIn(payments, 'Circuit')).toMatchObject({ state: 'closed' });
    expect(factsIn(payments, `Circuit of ${REFUND}`)).toMatchObject({ state: 'open' });
  });

  it('says that all calls are refused where the circuit is the one that the methods share', () => {
    const payments = provider({
      circuit: { state: 'open', openForMs: 4000 },
      ...own({ state: 'half-open', trial: { inFlight: 1, succeeded: 0, failed: 0 } }),
      history: [
        { ...OPENED, reason: 'failure rate' },
        { ...OPENED, reason: 'forced', operation: REFUND },
      ],
    });
    expect(sentence(payments)).toBe('Calls to payments are refused: too many calls failed; next try in 4 s.');
  });

  it('says how the calls failed that have opened a circuit, unless an operator or another host has', () => {
    const failures = { at: AT, causes: [['answers 503', 31] as const, ['does not answer in time', 2] as const] };
    const opened = (reason: string) =>
      provider({ circuit: { state: 'open', openForMs: 4000 }, history: [{ ...OPENED, reason }], more: { failures } });
    expect(sentence(opened('failure rate'))).toBe('Calls to payments are refused: it answers 503; next try in 4 s.');
    const halfOpen = provider({
      circuit: { state: 'half-open', trial: { inFlight: 1, succeeded: 0, failed: 0 } },
      history: [{ ...OPENED, reason: 'trial failed' }],
      more: { failures },
    });
    expect(sentence(halfOpen)).toBe('payments may be back: trying a few calls; so far it answers 503.');
    expect(sentence(opened('forced'))).toBe('Calls to payments are refused: opened by hand; next try in 4 s.');
    expect(sentence(provider({ failing: 0.5, more: { failures } }))).toMatch(/calls failed in 15 s; it answers 503\.$/);
    expect(factsIn(opened('failure rate'), 'Failed calls, lately')).toMatchObject({ 'answers 503': '31' });
  });

  it('does not let a circuit that only watches hide one that refuses', () => {
    const payments = provider({ circuit: { state: 'open', mode: 'metricsOnly' }, ...own({ state: 'isolated' }) });
    expect(verdictOf(payments, AT)).toMatchObject({ health: 'refusing', why: `isolated by hand for ${REFUND}` });
    expect(verdictOf(provider({ circuit: { state: 'open', mode: 'metricsOnly' } }), AT).health).toBe('well');
  });

  it('says that a circuit in its ramp lets a share through, unless calls fail again', () => {
    const ramp = { circuit: { ramp: { share: 0.4, leftMs: 9000 } } };
    expect(verdictOf(provider(ramp), AT)).toEqual({ health: 'recovering', why: '40 % of the calls are let through' });
    expect(verdictOf(provider({ ...ramp, failing: 0.5 }), AT).health).toBe('failing');
  });

  it('adds up what the methods of a provider have done, and not the retry budget that they share', () => {
    const retry = { kind: 'retry', retries: 3, recovered: 2, exhausted: 1, overBudget: 0, budget: 7 };
    const policies = [
      { ...retry, operation: 'PaymentsClient.charge' },
      { ...retry, operation: REFUND, retries: 40 },
      { kind: 'hedge', operation: 'PaymentsClient.charge', hedges: 2, wins: 1, overBudget: 0, delayMs: 80 },
      { kind: 'hedge', operation: REFUND, hedges: 3, wins: 0, overBudget: 0, delayMs: 200 },
    ] as readonly PolicySnapshot[];
    const payments = provider({ more: { policies } });
    expect(factsIn(payments, 'Retries')).toMatchObject({ made: '43', recovered: '4', 'budget left': '7' });
    expect(factsIn(payments, 'Hedges')).toMatchObject({ sent: '5', 'sent after': '80 ms to 200 ms' });
  });

  it('counts each call that waits once, those of the background included', () => {
    const payments = provider({ limit: { queued: 12, queuedInBackground: 10, waitMs: 400 } });
    expect(factsIn(payments, 'Rate limit')).toMatchObject({ waiting: '12' });
  });

  it('adds up what hosts have used of a limit that they share, and shows the worst of limits that they do not', () => {
    const limit = (used: number, shared?: object) => ({
      limit: { quotas: [{ limit: 50, perMs: 1000, used }], ...shared } as object,
    });
    const shared = { shared: { hosts: 2, leased: 3, apart: false } };
    expect(factsIn(provider(limit(20, shared), limit(25, shared)), 'Rate limit')).toMatchObject({
      'calls left, per 1 s': '5 of 50',
      'shared by': '2 hosts',
    });
    expect(factsIn(provider(limit(20), limit(25)), 'Rate limit')).toMatchObject({ 'calls left, per 1 s': '25 of 50' });
  });

  it('says which of several limits makes calls wait', () => {
    const { policies: shared } = provider({ limit: {} });
    const limit = shared.find(({ kind }) => kind === 'rateLimit');
    const policies = [...shared, { ...limit, operation: REFUND, waitMs: 900, queued: 2 } as PolicySnapshot];
    expect(verdictOf(provider({ more: { policies } }), AT)).toEqual({
      health: 'strained',
      why: `calls of ${REFUND} wait 900 ms for the rate limit`,
    });
  });
});

describe('what the page says of a provider on several hosts', () => {
  const open = { circuit: { state: 'open', openForMs: 4000 } } as const;
  const isolated = { circuit: { state: 'isolated' } } as const;

  it('names the one whose circuit is open, and does not say that all calls are refused', () => {
    expect(sentence(provider({}, open, {}))).toBe(
      'Some calls to payments are refused: circuit open on web-1; next try in 4 s.',
    );
    expect(
      sentence(provider({}, { circuit: { state: 'half-open', trial: { inFlight: 1, succeeded: 0, failed: 0 } } })),
    ).toBe('payments may be back: trying a few calls on web-1.');
  });

  it('counts several, and names none where all of them refuse', () => {
    expect(sentence(provider(open, open, {}))).toBe(
      'Some calls to payments are refused: circuit open on 2 of 3 hosts; next try in 4 s.',
    );
    expect(sentence(provider(isolated, open, {}))).toBe(
      'Some calls to payments are refused: isolated by hand on web-0.',
    );
    expect(sentence(provider(isolated, open))).toBe('Calls to payments are refused: isolated by hand.');
    expect(sentence(provider(open, open))).toBe('Calls to payments are refused: circuit open; next try in 4 s.');
  });

  it('names method and host of a circuit that is open for one method on one host', () => {
    expect(sentence(provider(own({ state: 'open', openForMs: 4000 }), own({})))).toBe(
      `Some calls to payments are refused: circuit open for ${REFUND} on web-0; next try in 4 s.`,
    );
  });
});

describe('what is said aloud of a sentence', () => {
  it.each([
    [
      'Calls to payments fail: 30 % of 264 calls failed in 15 s.',
      'Calls to payments fail: 31 % of 271 calls failed in 15 s.',
    ],
    [
      'payments is strained: all 20 slots taken, 31 calls wait.',
      'payments is strained: all 20 slots taken, 4 calls wait.',
    ],
    [
      'Calls to crm are refused: isolated by hand; next try in 1.5 s.',
      'Calls to crm are refused: isolated by hand; next try in 4 s.',
    ],
  ])('is the same where only its numbers change: %s', (before, after) => {
    expect(gist(before)).toBe(gist(after));
  });

  it.each([
    ['Calls to provider-7 fail.', 'Calls to provider-8 fail.'],
    ['Calls to s3.eu fail.', 'Calls to s4.eu fail.'],
    ['Calls to 3scale fail.', 'Calls to 4scale fail.'],
    ['Calls to a fail: it answers 503.', 'Calls to a fail: it answers 401.'],
    ['One more needs a look.', '2 more need a look.'],
  ])('is another where another thing is meant: %s, and %s', (before, after) => {
    expect(gist(before)).not.toBe(gist(after));
  });
});

describe('the way to a provider', () => {
  it.each(['a/b', '..', '%2F', '#x?y=1', '<b>', '支払い', '🚀'])('leads back to its name: %s', (name) => {
    expect(decodeURIComponent(wayTo(name).slice('#/provider/'.length))).toBe(name);
  });

  it('is one for a name with half a character, too, which must not take the page with it', () => {
    expect(wayTo('\ud83dx')).toBe('#/provider/%EF%BF%BDx');
  });
});

describe('calls a second', () => {
  it.each([
    [0, '0'],
    [1, '0.02'],
    [5, '0.08'],
    [6, '0.1'],
    [90, '1.5'],
    [60_000, '1000'],
  ])('%i in a minute are %s', (count, shown) => {
    expect(perSecond(count)).toBe(shown);
  });
});
