export { ResilienceHealthIndicator, type ResilienceHealthOptions } from './resilience.health-indicator.js';
