import type { QueueSnapshot } from '@breakwater/core/adapter';
import type { EventView, HostView, ProviderView } from '../../src/wire/frame.js';
import { AT, providerView, type ShownProvider } from './provider-view.fixture.js';

/** A state of an application, and the views in which it is worth a look. */
export interface ShownState {
  readonly hosts: readonly HostView[];
  /** Fragments of the page's address. */
  readonly views: readonly string[];
  /** The server goes away after the first message. */
  readonly isLost?: boolean;
}

const LONG = 'enterprise-resource-planning-gateway-of-the-subsidiary-in-northern-europe-version-two';
const OPENED = { from: 'closed', to: 'open', reason: 'failure rate' };
const HALF_OPENED = { from: 'open', to: 'half-open', reason: 'open for long enough' };
const FAILED_AGAIN = { from: 'half-open', to: 'open', reason: 'trial failed' };

const FAILURES = {
  failures: {
    at: AT - 1200,
    causes: [
      ['does not answer in time', 41],
      ['answers 503', 12],
      ['fails with UND_ERR_SOCKET', 1],
    ],
  },
} as const;
const REFUND = 'PaymentsClient.refund';

const well: readonly ShownProvider[] = [
  { name: 'payments', rate: 24, limit: {}, bulkhead: {} },
  { name: 'email', rate: 3, bulkhead: { limit: 10, active: 1 } },
  { name: 'catalog', rate: 60 },
  { name: 'crm', rate: 0.2, limit: { quotas: [{ bucket: 40, refill: 20, perMs: 1000, used: 2 }] } },
];

/** Every state in which the page is looked at, by name. */
export const STATES: Readonly<Record<string, ShownState>> = {
  well: { ...one(well), views: ['#/', '#/provider/payments', '#/activity'] },
  quiet: one(well.map((each) => ({ ...each, rate: 0 }))),
  nothing: one([]),
  failing: {
    ...one([{ ...well[0]!, failing: 0.3, more: FAILURES }, ...well.slice(1)]),
    views: ['#/', '#/provider/payments'],
  },
  open: circuitOf(
    { state: 'open', openForMs: 4200, refused: 812, opened: 3 },
    [OPENED, HALF_OPENED, FAILED_AGAIN],
    0.8,
    FAILURES,
  ),
  'half-open': circuitOf(
    { state: 'half-open', trial: { inFlight: 2, succeeded: 1, failed: 0 }, refused: 812, opened: 3 },
    [OPENED, HALF_OPENED],
  ),
  isolated: circuitOf({ state: 'isolated', refused: 94 }, [{ from: 'closed', to: 'isolated', reason: 'forced' }]),
  forced: circuitOf({ state: 'open', openForMs: 61_000, refused: 94 }, [{ ...OPENED, reason: 'forced' }]),
  ramp: circuitOf({ ramp: { share: 0.4, leftMs: 9000 }, refused: 94 }, [OPENED, HALF_OPENED], 0.1),
  'own-circuit': {
    ...one([
      {
        ...well[0]!,
        refused: 0.1,
        history: [
          { ...OPENED, operation: REFUND },
          { ...HALF_OPENED, operation: REFUND },
          { ...FAILED_AGAIN, operation: REFUND },
        ],
        own: [{ operation: REFUND, circuit: { state: 'open', openForMs: 4200, refused: 190, opened: 2 } }],
      },
      ...well.slice(1),
    ]),
    views: ['#/', '#/provider/payments'],
  },
  'rate-limited': limited({ waitMs: 730, queued: 258, queuedInBackground: 240, refused: 3, throttled: 12 }),
  paused: limited({ waitMs: 61_000, queued: 4, throttled: 1, refused: 40 }),
  'bulkhead-full': {
    ...one([{ ...well[0]!, bulkhead: { active: 20, queued: 31, refused: 7 } }, ...well.slice(1)]),
    views: ['#/', '#/provider/payments'],
  },
  'store-lost': one(well, {
    events: [
      event({ type: 'store.unavailable', level: 'error', reason: 'connect ECONNREFUSED 10.0.0.4:6379', count: 31 }),
    ],
  }),
  hosts: {
    views: ['#/', '#/provider/payments', '#/activity'],
    hosts: ['web-1', 'web-2', 'web-3.eu-west-1.compute.internal:4211'].map((host, i) => ({
      ...one(i === 1 ? [{ ...well[0]!, failing: 0.4, circuit: { state: 'open', openForMs: 2000 } }] : well).hosts[0]!,
      ...{ id: host, host },
    })),
  },
  many: {
    ...one(
      Array.from({ length: 200 }, (_, i) => ({
        ...{ name: `provider-${i}`, rate: (i * 7) % 13, limit: {}, bulkhead: {} },
        ...(i === 77 && { failing: 0.5 }),
      })),
    ),
    views: ['#/'],
  },
  off: one([{ ...well[0]!, more: { enabled: false } }, ...well.slice(1)]),
  jobs: { ...one(well, { queues: queues() }), views: ['#/jobs'] },
  'no-jobs': { ...one(well), views: ['#/jobs'] },
  webhooks: {
    ...one([{ ...well[0]!, more: { webhooks: { accepted: 4120, repeated: 18, rejected: 66 } } }, ...well.slice(1)], {
      events: [
        event({
          type: 'webhook.rejected',
          level: 'warn',
          reason: 'signature mismatch',
          operation: 'stripe',
          count: 60,
        }),
        event({ type: 'webhook.rejected', level: 'warn', reason: 'timestamp too old', operation: 'stripe', count: 6 }),
      ],
    }),
    views: ['#/', '#/provider/payments', '#/activity'],
  },
  names: {
    ...one(
      [
        LONG,
        'שירות־התשלומים',
        '支払いゲートウェイ',
        '🚀 launch',
        'مزوّد الدفع',
        `${LONG}${LONG}`.replaceAll('-', ''),
      ].map((name, i) => ({ ...well[0]!, name, failing: i % 2 === 0 ? 0.3 : 0 })),
      { queues: [queue({ name: LONG }), queue({ name: 'תור', paused: true })] },
    ),
    views: ['#/', `#/provider/${LONG}`, `#/provider/${encodeURIComponent('שירות־התשלומים')}`, '#/jobs', '#/activity'],
  },
  lost: { ...one(well), isLost: true },
};

interface More {
  readonly events?: readonly EventView[];
  readonly queues?: readonly QueueSnapshot[];
}

function one(providers: readonly ShownProvider[], { events, queues: own = [] }: More = {}): ShownState {
  const views = providers.map(providerView);
  const host = {
    id: 'web-1',
    host: 'web-1',
    at: AT,
    providers: views,
    queues: own,
    events: events ?? views.flatMap(eventsOf),
  };
  return { hosts: [host], views: ['#/'] };
}

function circuitOf(
  circuit: ShownProvider['circuit'],
  history: ShownProvider['history'] = [],
  refused = 0.8,
  more: ShownProvider['more'] = {},
): ShownState {
  const payments = { ...well[0]!, circuit, history, refused, failing: 0.05, more };
  return { ...one([payments, ...well.slice(1)]), views: ['#/', '#/provider/payments'] };
}

function limited(limit: ShownProvider['limit']): ShownState {
  const quotas = [
    { limit: 100, perMs: 1000, used: 100 },
    { limit: 90_000, perMs: 60_000, unit: 'tokens', used: 88_412 },
  ];
  return {
    ...one([{ ...well[0]!, limit: { ...limit, quotas } }, ...well.slice(1)]),
    views: ['#/', '#/provider/payments'],
  };
}

function event(more: Partial<EventView> & Pick<EventView, 'type' | 'reason'>): EventView {
  return { id: 1, at: AT - 4000, level: 'info', provider: 'payments', count: 1, ...more };
}

/** Some of what providers tell of a day. */
function eventsOf({ name, history, minute }: ProviderView, i: number): readonly EventView[] {
  const changes = history.map(({ at, to, reason, operation }, j) =>
    event({
      ...(operation !== undefined && { operation }),
      ...{ id: i * 100 + j, at, provider: name, reason, level: to === 'open' ? 'error' : 'info' },
      type: `circuitBreaker.${to === 'open' ? 'opened' : to === 'isolated' ? 'isolated' : 'halfOpened'}`,
    }),
  );
  if (minute.failed === 0) return changes;
  const retry = {
    id: i * 100 + 50,
    at: AT - 2000 - i * 900,
    provider: name,
    operation: 'PaymentsClient.charge',
  } as const;
  return [...changes, event({ ...retry, type: 'retry.exhausted', level: 'warn', reason: 'unknown outcome', count: 4 })];
}

function queue(more: Partial<QueueSnapshot>): QueueSnapshot {
  const counts = { waiting: 14, delayed: 3, active: 2, completed: 42_107, failed: 18, dead: 2 };
  return { name: 'crm', paused: false, ...counts, ...more };
}

function queues(): readonly QueueSnapshot[] {
  return [
    queue({
      deadLetters: [
        {
          id: '0190f3c4-8a2e-7bd1-9c55-2f1d4b9a7e10',
          job: 'order.created',
          reason: 'RateLimitedError',
          at: AT - 60_000,
        },
        { id: 'job-77', job: `customer.${LONG}`, reason: 'TypeError', at: AT - 7_200_000 },
      ],
    }),
    queue({ name: 'email', paused: true, waiting: 1_204_551, dead: 0 }),
    queue({ name: 'erp', held: 'circuit-open', dead: 0 }),
    queue({ name: 'idle', waiting: 0, delayed: 0, active: 0, completed: 0, failed: 0, dead: 0 }),
  ];
}
