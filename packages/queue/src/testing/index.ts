export { queueDriverContract, type QueueDriverUnderTest } from './queue-driver-contract.js';
