import { Converter } from 'typedoc';

/** Modules of the API reference, by the folder that TypeDoc knows each by; what most users import comes first. */
const MODULES = {
  'nestjs/src': '@breakwater/nestjs',
  'nestjs/src/clients/graphql': '@breakwater/nestjs/graphql',
  'nestjs/src/clients/grpc': '@breakwater/nestjs/grpc',
  'nestjs/src/observability/health': '@breakwater/nestjs/health',
  'nestjs/src/observability/telemetry': '@breakwater/nestjs/telemetry',
  'nestjs/src/testing': '@breakwater/nestjs/testing',
  'core/src': '@breakwater/core',
  'core/src/testing': '@breakwater/core/testing',
  'webhooks/src': '@breakwater/webhooks',
  'queue/src': '@breakwater/queue',
  'queue/src/bullmq': '@breakwater/queue/bullmq',
  'queue/src/testing': '@breakwater/queue/testing',
  'secrets/src': '@breakwater/secrets',
  'secrets/src/testing': '@breakwater/secrets/testing',
  'dashboard/src': '@breakwater/dashboard',
  'sqlite/src': '@breakwater/sqlite',
  'redis/src': '@breakwater/redis',
  'postgres/src': '@breakwater/postgres',
};

/** Names each module as it is imported. An entry without a name here is an error, so that none is left out. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const name = MODULES[module.name];
      if (name === undefined) throw new Error(`typedoc: ${module.name} has no name in scripts/docs/api-reference.mjs`);
      module.name = name;
    }
  });
}
