/** The options of the module. */
export const QUEUE_OPTIONS = Symbol.for('breakwater.queue-options');

/**
 * The clock of an application under test, as `@breakwater/nestjs/testing` provides it. A registered symbol: the
 * packages are published apart.
 */
export const CLOCK = Symbol.for('breakwater.clock');
