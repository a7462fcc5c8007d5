import { defineConfig } from 'vitepress';
import { narrowPictures } from './narrow-pictures';
import { withoutSources } from './without-sources';

const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><path d='M2 22q7-8 14 0t14 0M2 14q7-8 14 0t14 0' fill='none' stroke='%233a6ea5' stroke-width='4' stroke-linecap='round'/></svg>";

/** The site is made of the documents where they stand: those in `docs`, and the README of each package. */
export default defineConfig({
  title: 'Breakwater',
  description: 'The resilience toolkit for NestJS',
  srcDir: '..',
  outDir: '.vitepress/dist',
  cacheDir: '../node_modules/.cache/vitepress',
  srcExclude: ['**/node_modules/**', '**/dist/**', '**/.cache/**', '**/*.api.md'],
  rewrites: { 'README.md': 'index.md' },
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: ICON }]],
  markdown: {
    config: (md) => {
      withoutSources(md);
      narrowPictures(md);
    },
  },
  ignoreDeadLinks: 'localhostLinks',
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          searchOptions: {
            // Pages that explain come before those that list.
            boostDocument: (page: string) => {
              if (/policies|recipes|start|packages/.test(page)) return 2;
              return /CHANGELOG|guarantees|migration|benchmarks|comparison/.test(page) ? 0.3 : 1;
            },
          },
        },
      },
    },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/docs/start' },
      { text: 'Policies', link: '/docs/policies' },
      { text: 'Recipes', link: '/docs/recipes' },
      { text: 'Webhooks', link: '/docs/webhooks/senders' },
      { text: 'API', link: '/api/index.html', target: '_self' },
      { text: 'Changes', link: '/CHANGELOG' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'Breakwater', link: '/' },
          { text: 'In five minutes', link: '/docs/start' },
          { text: 'Why', link: '/docs/why' },
          { text: 'The demo', link: '/docs/demo' },
          { text: 'In NestJS', link: '/packages/nestjs/README' },
          { text: 'Without Nest', link: '/packages/core/README' },
          { text: 'Beside its peers', link: '/docs/comparison' },
          { text: 'From another library', link: '/docs/migration' },
        ],
      },
      {
        text: 'Calls',
        items: [
          {
            text: 'Policies',
            link: '/docs/policies',
            collapsed: false,
            items: [
              { text: 'Circuit breaker', link: '/docs/policies/circuit-breaker' },
              { text: 'Retry', link: '/docs/policies/retry' },
              { text: 'Timeout', link: '/docs/policies/timeout' },
              { text: 'Rate limit', link: '/docs/policies/rate-limit' },
              { text: 'Bulkhead', link: '/docs/policies/bulkhead' },
              { text: 'Idempotency', link: '/docs/policies/idempotency' },
              { text: 'Fallback', link: '/docs/policies/fallback' },
              { text: 'Cache', link: '/docs/policies/cache' },
              { text: 'Hedge', link: '/docs/policies/hedge' },
              { text: 'Adaptive throttle', link: '/docs/policies/adaptive-throttle' },
              { text: 'Chaos', link: '/docs/policies/chaos' },
            ],
          },
          { text: 'Recipes', link: '/docs/recipes' },
          { text: 'Providers', link: '/docs/providers' },
          { text: 'SDKs and clients', link: '/docs/sdks' },
          { text: 'GraphQL', link: '/docs/graphql' },
          { text: 'gRPC', link: '/docs/grpc' },
          { text: 'Caching', link: '/docs/caching' },
          { text: 'Secrets', link: '/docs/secrets' },
          { text: 'Background jobs', link: '/docs/queue' },
        ],
      },
      {
        text: 'Webhooks',
        items: [
          { text: 'Senders', link: '/docs/webhooks/senders' },
          { text: 'Raw bodies', link: '/docs/webhooks/raw-body' },
          { text: 'Behind a proxy', link: '/docs/webhooks/behind-a-proxy' },
          { text: 'Rotating a secret', link: '/docs/webhooks/rotating-a-secret' },
          { text: 'A sender of your own', link: '/docs/webhooks/private-sender' },
          { text: 'Testing locally', link: '/docs/webhooks/testing-locally' },
          { text: 'The package', link: '/packages/webhooks/README' },
        ],
      },
      {
        text: 'Stores',
        items: [
          { text: 'SQLite', link: '/packages/sqlite/README' },
          { text: 'Redis', link: '/packages/redis/README' },
          { text: 'Postgres', link: '/packages/postgres/README' },
          { text: 'Up to a thousand hosts', link: '/docs/fleet' },
        ],
      },
      {
        text: 'Packages',
        collapsed: true,
        items: [
          { text: '@breakwater/core', link: '/packages/core/README' },
          { text: '@breakwater/nestjs', link: '/packages/nestjs/README' },
          { text: '@breakwater/webhooks', link: '/packages/webhooks/README' },
          { text: '@breakwater/queue', link: '/packages/queue/README' },
          { text: '@breakwater/secrets', link: '/packages/secrets/README' },
          { text: '@breakwater/dashboard', link: '/packages/dashboard/README' },
          { text: '@breakwater/sqlite', link: '/packages/sqlite/README' },
          { text: '@breakwater/redis', link: '/packages/redis/README' },
          { text: '@breakwater/postgres', link: '/packages/postgres/README' },
        ],
      },
      {
        text: 'In operation',
        items: [
          { text: 'Operations', link: '/docs/operations' },
          { text: 'Dashboard', link: '/docs/dashboard' },
          { text: 'Health, traces, metrics', link: '/docs/telemetry' },
          { text: 'Events and snapshots', link: '/docs/events' },
          { text: 'Testing', link: '/docs/testing' },
          { text: 'Benchmarks', link: '/docs/benchmarks' },
        ],
      },
      {
        text: 'Inside',
        items: [
          { text: 'The map', link: '/docs/inside' },
          { text: 'Guarantees', link: '/docs/guarantees' },
          { text: 'Contributing', link: '/CONTRIBUTING' },
        ],
      },
    ],
  },
});
