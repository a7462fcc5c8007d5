export { busContract, type BusUnderTest } from './bus-contract.js';
export { policyContract, type PolicyContractParts, type PolicyRules } from './policy-contract.js';
export { recordEvents, type RecordedEvents } from './record-events.js';
export { globalRunner, type TestRunner } from './runner.js';
export { snapshotOf } from './snapshot-of.js';
export { storeContract } from './store-contract/store-contract.js';
export type { StoreUnderTest } from './store-contract/store-tests.js';
export { TestClock } from './test-clock.js';
export { withinTime } from './within-time.js';
