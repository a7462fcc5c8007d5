export { DashboardModule, type DashboardModuleAsyncOptions } from './dashboard.module.js';
export type {
  Authorization,
  Authorize,
  DashboardAction,
  DashboardOptions,
  DashboardRequest,
} from './dashboard.options.js';
export type { ControlName } from './wire/control.js';
