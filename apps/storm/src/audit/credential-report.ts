import { ordersOfRun } from '../load/order.js';
import type { Stage } from '../stage.js';
import type { StormReport } from '../storm.js';
import type { Twin } from '../twin.js';
import { credentialsIn, credentialsInLogs } from './credentials-in-logs.js';

const ORDERS = 30;
/** Each order is brought once: whether it fails does not matter. */
const ONCE = { submissions: 1, pauseMs: 0, longestPauseMs: 0, spreadMs: 0 };

/**
 * Looks for the credentials of the whole run: in the logs of all services, in the results of the storms, and in all
 * that a checkout shows of itself on its dashboard (events, snapshots, counters) while its key is refused, payments is
 * down and comes back.
 */
export async function credentialReport(stage: Stage, reports: readonly StormReport[]): Promise<StormReport> {
  const [name, title] = ['credentials', 'nothing that the run has written shows one of its credentials'];
  stage.progress.storm(name, title);
  stage.progress.phase('a checkout with a dashboard: its key is refused, then payments is down, then back');
  const shown = await dashboardInTrouble(stage);
  const { all } = stage.credentials;
  const leaks = [
    ...(await credentialsInLogs(stage.file('.'), all)),
    ...credentialsIn('the dashboard', shown, all),
    ...credentialsIn('the results', JSON.stringify(reports), all),
  ];
  const figures = { credentials: all.length, credentialsShown: leaks.length };
  const promises = [
    {
      text: 'no live credential stands in a log, an event, a snapshot or a result, whole or in part, in whatever form',
      held: leaks.length === 0 && shown.includes('data:'),
      measured: leaks.length === 0 ? `${all.length} looked for, none found` : leaks.join('; '),
    },
  ];
  return { name, title, unprotected: {}, protected: figures, promises };
}

/** All that the dashboard of a protected checkout says. */
async function dashboardInTrouble(stage: Stage): Promise<string> {
  const changes = { account: 'watched', env: { CHECKOUT_DASHBOARD: 'true' } };
  return stage.withTwins({ protected: changes }, async (watched) => {
    const { payments } = watched;
    const { checkout, merchant } = watched.twins.protected;
    const closing = new AbortController();
    const stream = textOf(`${checkout.url}/resilience/stream`, closing.signal);
    // Where something else fails first, that is the error.
    stream.catch(() => undefined);
    const order = async (part: string) => {
      const orders = ordersOfRun(`credentials-${part}`, ORDERS);
      await watched.load({ orders, rate: ORDERS }, ONCE, protectedOnly);
    };
    await payments.acceptKeys(merchant, ['another']);
    await order('refused');
    await payments.acceptAllKeys();
    await payments.faults.put({ error: { rate: 1, status: 503 } });
    await order('down');
    await payments.faults.heal();
    await order('back');
    const state = await textOf(`${checkout.url}/resilience/state`);
    closing.abort();
    return `${state}\n${await stream}`;
  });
}

const protectedOnly = async ({ name, checkout }: Twin, order: Parameters<Twin['checkout']['submit']>[0]) =>
  name === 'protected' ? checkout.submit(order) : ({ kind: 'unanswered', why: 'not asked' } as const);

/** The body of an answer, as far as it has come when `signal` aborts. */
async function textOf(url: string, signal?: AbortSignal): Promise<string> {
  let text = '';
  try {
    const response = await fetch(url, signal === undefined ? {} : { signal });
    if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
  return text;
}
