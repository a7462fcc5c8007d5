// The packages as an ES module application imports them.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import * as core from '@breakwater/core';
import * as coreAdapter from '@breakwater/core/adapter';
import * as coreTesting from '@breakwater/core/testing';
import * as resilience from '@breakwater/nestjs';
import * as testing from '@breakwater/nestjs/testing';
import * as webhooks from '@breakwater/webhooks';
import * as common from '@nestjs/common';
import * as nest from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import exercise from './exercise.cjs';

await exercise({
  common,
  core: { ...core, adapter: coreAdapter, testing: coreTesting },
  express: ExpressAdapter,
  fastify: FastifyAdapter,
  nest,
  resilience,
  testing,
  webhooks,
});
const { version } = JSON.parse(
  readFileSync(new URL('node_modules/@nestjs/core/package.json', import.meta.url), 'utf8'),
);
process.stdout.write(`ES modules on Nest ${version}: works\n`);
