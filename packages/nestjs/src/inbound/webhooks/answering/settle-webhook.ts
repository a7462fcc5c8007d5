import type { StoredAnswer } from '../inbox/stored-answer.js';
import type { ReceivedWebhook } from '../receiving/received-webhook.js';

/**
 * Marks a delivery as handled, with its answer; without one, it is released for the sender's next try. Never throws:
 * the handler has done its work.
 */
export async function settleWebhook(
  { claim, provider, handler, log }: ReceivedWebhook,
  answer: StoredAnswer | undefined,
): Promise<void> {
  if (claim === undefined) return;
  try {
    const settlement = await (answer === undefined ? claim.release() : claim.done(answer));
    if (settlement === 'lost' && answer !== undefined) {
      log.write(
        'warn',
        `${handler} lease`,
        `${handler} took longer than the lease of a webhook of '${provider}', so it may have been handled twice: raise webhook.inbox.lease`,
      );
    }
  } catch (error) {
    const what = answer === undefined ? 'released' : 'marked as handled';
    log.write(
      'error',
      `${handler} ${what}`,
      `A webhook of '${provider}' could not be ${what} in the store: ${String(error)}`,
    );
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
