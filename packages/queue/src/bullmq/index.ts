export type { PostgresTransaction } from './add-within.js';
export { bullmqDriver } from './bullmq-driver.js';
export type { BullmqDriverOptions } from './bullmq-driver.options.js';
export { pacedProcessor, type PacedProcessorOptions } from './paced-processor.js';
