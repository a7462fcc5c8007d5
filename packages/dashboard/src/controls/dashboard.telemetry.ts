import type { EventLevel } from '@breakwater/core';

/**
 * Events of operators. `provider` is the provider or the queue that they act on, `operation` the method whose own
 * circuit it is.
 */
export interface DashboardEvents {
  /** An operator has used a control of the dashboard. Told on every host on which it takes effect. */
  'dashboard.controlled': {
    /** Such as `circuit.isolate` or `queue.pause`. */
    action: string;
    /** Who it was, where `authorize` says so. */
    by?: string;
    /** The host whose page was used. */
    host: string;
  };
}

export const dashboardEvents: { readonly [Type in keyof DashboardEvents]: EventLevel } = {
  'dashboard.controlled': 'warn',
};

declare module '@breakwater/core' {
  interface EventDetails extends DashboardEvents {}
}
