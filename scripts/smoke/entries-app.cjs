// Requires every entry. With `--without-peers`, the optional ones are not installed.
'use strict';
require('reflect-metadata');
const entries = require('./entries.cjs');

entries(async (entry) => require(entry), {
  here: __dirname,
  peersAreThere: !process.argv.includes('--without-peers'),
}).then((without) =>
  process.stdout.write(`CommonJS, every entry: works${without.map((line) => `\n  ${line}`).join('')}\n`),
);
