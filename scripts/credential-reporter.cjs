// A reporter of jest that fails a run which has printed one of its own live credentials, as it is or as base64, hex, in
// a URL or in JSON, whole or shortened: in a log line, an error, a diff, or whatever else reached the terminal.
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** As in libs/servers/src/secrets/live-secret.ts, which writes the file. */
const LIVE_SECRETS = 'BREAKWATER_LIVE_SECRETS';
/** So much of a credential is as good as all of it. */
const BEGINNING = 12;

module.exports = class CredentialReporter {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'breakwater-credentials-'));
    this.file = join(this.folder, 'live');
    this.printed = [];
    this.streams = [];
    // Workers inherit it: they are started later.
    process.env[LIVE_SECRETS] = this.file;
  }

  onRunStart() {
    for (const stream of [process.stdout, process.stderr]) {
      const { write } = stream;
      stream.write = (chunk, ...rest) => {
        this.printed.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
        return write.call(stream, chunk, ...rest);
      };
      this.streams.push(() => (stream.write = write));
    }
  }

  onTestResult(_test, { console: lines = [], testResults }) {
    const failures = (testResults ?? []).flatMap(({ failureMessages }) => failureMessages);
    this.printed.push(...(lines ?? []).map(({ message }) => message), ...failures);
  }

  onRunComplete() {
    for (const restore of this.streams.splice(0)) restore();
    const live = this.takeLive();
    const found = finder()(this.printed.join('\n'), live, { beginning: BEGINNING });
    if (found.length > 0) {
      const places = found.map(({ form, before }) => `  as ${form}, after: ${before}`);
      this.error = new Error(`the run has printed ${found.length} of its live credentials:\n${places.join('\n')}`);
    }
    const verdict = found.length > 0 ? this.error.message : 'none printed';
    process.stderr.write(`Live credentials: ${live.length} looked for, ${verdict}\n`);
  }

  /** Makes the run fail. */
  getLastError() {
    return this.error;
  }

  takeLive() {
    try {
      return [...new Set(readFileSync(this.file, 'utf8').trim().split('\n'))].filter((line) => line !== '');
    } catch (error) {
      // No spec has made one.
      if (error.code === 'ENOENT') return [];
      throw error;
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
};

/** The search that @breakwater/secrets publishes, from its source. */
function finder() {
  const { unregister } = require('esbuild-register/dist/node').register({ target: 'node20' });
  try {
    return require('../packages/secrets/src/testing/find-credentials.ts').findCredentials;
  } finally {
    unregister();
  }
}
