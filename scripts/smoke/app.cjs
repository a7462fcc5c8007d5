// The packages as a CommonJS application requires them.
'use strict';
require('reflect-metadata');
const exercise = require('./exercise.cjs');

exercise({
  common: require('@nestjs/common'),
  core: {
    ...require('@breakwater/core'),
    adapter: require('@breakwater/core/adapter'),
    testing: require('@breakwater/core/testing'),
  },
  express: require('@nestjs/platform-express').ExpressAdapter,
  fastify: require('@nestjs/platform-fastify').FastifyAdapter,
  nest: require('@nestjs/core'),
  resilience: require('@breakwater/nestjs'),
  testing: require('@breakwater/nestjs/testing'),
  webhooks: require('@breakwater/webhooks'),
}).then(() => process.stdout.write(`CommonJS on Nest ${require('@nestjs/core/package.json').version}: works\n`));
