export type { QueueDriverUnderTest } from './queue-driver-contract/driver-bench.js';
export { queueDriverContract } from './queue-driver-contract/queue-driver-contract.js';
