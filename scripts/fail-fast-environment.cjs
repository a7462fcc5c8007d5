// The environment of specs under mutation: one failure is enough, so that what comes after it in the file is skipped.
const SpecEnvironment = require('./test-environment.cjs');

module.exports = class FailFastEnvironment extends SpecEnvironment {
  failed = false;

  handleTestEvent(event, state) {
    super.handleTestEvent(event, state);
    const { name, test } = event;
    if (name === 'test_fn_failure' || name === 'hook_failure') this.failed = true;
    if (name === 'test_start' && this.failed) test.mode = 'skip';
  }
};
