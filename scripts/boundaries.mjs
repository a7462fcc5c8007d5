// Who may import whom. `npm run lint` holds every import to these tables, those of types included.

/** The workspaces that a published package may import, besides Node itself and its own dependencies. */
export const packages = {
  core: [],
  webhooks: [],
  sqlite: ['core'],
  redis: ['core'],
  postgres: ['core'],
  secrets: ['core'],
  nestjs: ['core', 'webhooks', 'secrets'],
  queue: ['core', 'nestjs', 'sqlite'],
  dashboard: ['core', 'nestjs'],
};

/**
 * The rooms inside a package, lowest first. A room imports itself and the rooms in the lines above it. Rooms in one
 * line do not import each other; neither do the folders that a `*` stands for.
 */
export const rooms = {
  core: [
    ['values'],
    ['errors'],
    ['time'],
    ['events'],
    ['settings'],
    ['store'],
    ['headers'],
    ['outcome'],
    ['engine'],
    ['cache-storage'],
    ['http/wire'],
    ['http'],
    ['counting'],
    ['policies/*'],
    ['policies/policy-catalog.ts', 'policies/policy-options.ts', 'policies/policy-telemetry.ts'],
    ['policies/catalog.ts'],
    ['presets'],
    ['provider'],
    ['index.ts', 'adapter.ts'],
    ['testing'],
  ],
  webhooks: [
    ['contract', 'vectors'],
    ['encoding'],
    ['definition'],
    ['request'],
    ['keys'],
    ['coded'],
    ['http-signatures', 'handshakes'],
    ['senders'],
    ['registry'],
    ['signing'],
    ['prepare-secrets.ts', 'sender-traits.ts', 'requested-key.ts'],
    ['verify-webhook.ts', 'sign-webhook.ts', 'answer-handshake.ts'],
    ['index.ts', 'cli'],
  ],
  secrets: [['contract'], ['env', 'files', 'vault', 'aws'], ['held'], ['index.ts'], ['testing']],
  nestjs: [
    ['config/fields', 'operations', 'schematics'],
    ['config'],
    ['providers'],
    ['inject'],
    ['inbound/exchange'],
    ['clients/http', 'inbound/webhooks', 'clients/graphql', 'clients/grpc', 'inbound/idempotent-route'],
    ['composition', 'filters'],
    ['resilience.ts'],
    ['methods'],
    ['decorators'],
    ['boot'],
    ['resilience.module.ts'],
    ['index.ts'],
    ['observability/health', 'observability/telemetry', 'adapter.ts'],
    ['testing'],
  ],
  queue: [['driver'], ['jobs', 'sqlite'], ['worker'], ['sync-queue'], ['nest'], ['index.ts', 'bullmq'], ['testing']],
  dashboard: [
    ['wire'],
    ['controls', 'dashboard.options.ts'],
    ['watching'],
    ['hosts'],
    ['serving'],
    ['dashboard.module.ts'],
    ['index.ts'],
  ],
};

/** Imports that the tables would let through, and what to do instead. Paths are regular expressions. */
export const besides = [
  {
    from: 'packages/core/src/settings/',
    to: 'packages/core/src/',
    except: 'packages/core/src/(values|settings)/',
    instead: 'settings know values and nothing else: pass in what depends on a policy',
  },
  {
    from: 'packages/(core|webhooks)/src/',
    to: 'node_modules/(@nestjs|rxjs|express|fastify|axios)/',
    instead: 'core and webhooks know no framework: put the adapter into @breakwater/nestjs',
  },
  {
    from: 'packages/queue/src/(driver|jobs|sqlite|worker|sync-queue|bullmq)/',
    to: '(node_modules/@nestjs/|packages/nestjs/)',
    instead: 'the queue itself knows the engine and no framework: put it into packages/queue/src/nest',
  },
];

/** Files that do not follow a rule yet. Lines are only ever taken away; an empty table is the aim. */
export const open = {};
