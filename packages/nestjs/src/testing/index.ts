export { TestClock } from '@breakwater/core/testing';
export { signWebhook } from '@breakwater/webhooks';
export { ResilienceTestingModule } from './resilience-testing.module.js';
