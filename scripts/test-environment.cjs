// The environment of every spec: what Node keeps for a whole process ends with the spec that began it.
const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');

// Before Node 24, each promise is told to every storage that was ever entered, also to those of the specs before.
const entered = new Set();
const { _enable: enable } = AsyncLocalStorage.prototype;
if (enable !== undefined) {
  AsyncLocalStorage.prototype._enable = function () {
    entered.add(this);
    return enable.call(this);
  };
}

/** Cleaning up that hangs after a failure ends the spec long before its tests' own time would be over. */
const CLEAN_UP_MS = 30_000;

module.exports = class SpecEnvironment extends TestEnvironment {
  handleTestEvent({ name, hookType, timeout }, { currentDescribeBlock }) {
    if (name !== 'add_hook' || timeout !== undefined || !hookType.startsWith('after')) return;
    currentDescribeBlock.hooks.at(-1).timeout = CLEAN_UP_MS;
  }

  async teardown() {
    await super.teardown();
    for (const storage of entered) storage.disable();
    entered.clear();
  }
};
