import type { EventLevel } from '@breakwater/core';

/** Events of the webhooks that come in. `operation` is their handler. */
export interface WebhookEvents {
  /** A webhook is genuine, and its handler is called. */
  'webhook.accepted': Record<string, never>;
  /** A webhook is a copy of one that came before. */
  'webhook.repeated': {
    state: 'in-progress' | 'done';
  };
  /** A webhook was not let through. */
  'webhook.rejected': {
    /**
     * The check that it failed: `mismatch`, `missing`, `malformed`, `stale`, `duplicate-header`; `too-large` and
     * `unreadable` for its body; `configuration`, `store` and `unavailable` for what is amiss on our side.
     */
    reason: string;
  };
}

export const webhookEvents: { readonly [Type in keyof WebhookEvents]: EventLevel } = {
  'webhook.accepted': 'debug',
  'webhook.repeated': 'debug',
  'webhook.rejected': 'warn',
};

declare module '@breakwater/core' {
  interface EventDetails extends WebhookEvents {}
}
