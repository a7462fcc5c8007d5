/** A benchmark beside the comparison of calls, by the word that `npm run bench --` takes. */
export interface Task {
  readonly about: string;
  /** Whether `--only` picks among its cases. */
  readonly picks?: boolean;
  run(only: string | undefined): Promise<unknown>;
}

/** Each is loaded when it is run: their peers need not be there for the others. */
export const TASKS: Readonly<Record<string, Task>> = {
  webhooks: {
    about: 'what verifying a webhook costs',
    run: async () => (await import('./webhooks/bench-webhooks.js')).benchWebhooks(),
  },
  limits: {
    about: 'how much of a quota limiters use, and whether they keep to it',
    picks: true,
    run: async (only) => (await import('./limits/bench-limits.js')).benchLimits(only),
  },
  route: {
    about: 'what a real HTTP route costs with five and six policies',
    run: async () => (await import('./route/bench-route.js')).benchRoute(),
  },
  telemetry: {
    about: 'what spans and metrics add to a decorated call',
    picks: true,
    run: async (only) => (await import('./telemetry/bench-telemetry.js')).benchTelemetry(only),
  },
  pages: {
    about: 'what a hundred open pages of the dashboard cost the application',
    run: async () => (await import('./pages/bench-pages.js')).benchPages(),
  },
  fleet: {
    about: 'what hundreds of hosts make of a shared limit, in virtual time',
    picks: true,
    run: async (only) => (await import('./fleet/bench-fleet.js')).benchFleet(only),
  },
  state: {
    about: 'what stores cost beside a bare round trip: leases of a shared limit, and others beside them',
    run: async () => (await import('./state/bench-state.js')).benchState(),
  },
  cache: {
    about: 'what a hit costs beside other caches',
    run: async () => (await import('./cache/bench-cache.js')).benchCache(),
  },
  secrets: {
    about: 'what reading a secret costs, and a request whose credential is read',
    run: async () => (await import('./secrets/bench-secrets.js')).benchSecrets(),
  },
  queue: {
    about: 'how many background jobs a second, in SQLite and in Redis beside BullMQ alone',
    run: async () => (await import('./queue/bench-queue.js')).benchQueue(),
  },
  'queue-memory': {
    about: 'what memory the process has while a million background jobs pass through it',
    run: async () => (await import('./queue/queue-memory.js')).queueMemory(),
  },
};
