// Every entry of every package, as an application requires and imports it: with its optional peers, and without them,
// where it must work all the same or say which one is missing.
'use strict';
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

/** How an entry is loaded: by `require` from CommonJS, by `import` from an ES module. */
module.exports = async function entries(load, { here, peersAreThere }) {
  const required = createRequire(pathToFileURL(join(here, 'app.cjs')));
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  const ours = Object.keys(dependencies).filter((name) => name.startsWith('@breakwater/'));
  const without = [];
  for (const { entry, peers } of ours.flatMap((name) => entriesOf(required, name))) {
    try {
      const loaded = await load(entry);
      assert.ok(Object.keys(loaded).length > 0, `${entry} exports nothing`);
    } catch (error) {
      const missing = peers.find((peer) => String(error.message).includes(`'${peer}`));
      if (peersAreThere || missing === undefined) throw error;
      assert.match(error.message, /Cannot find (module|package)/);
      without.push(`${entry} asks for ${missing}`);
    }
  }
  return without;
};

function entriesOf(required, name) {
  const { exports, peerDependencies = {} } = required(`${name}/package.json`);
  const paths = Object.keys(exports).filter((path) => path !== './package.json');
  return paths.map((path) => ({ entry: join(name, path), peers: Object.keys(peerDependencies) }));
}
