/**
 * The clock of an application under test. A registered symbol: the module and what tests it are published as two
 * bundles.
 */
export const CLOCK = Symbol.for('breakwater.clock');
