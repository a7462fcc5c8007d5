import type { Party } from './demo/sliders.js';

export interface GuidedServices {
  readonly pageUrl: string;
  readonly checkoutUrl: string;
  /** That of the inventory is the address of its controls, over HTTP. */
  readonly parties: Readonly<Record<Party, string>>;
  readonly merchant: string;
  readonly mailbox: string;
}

/** Commands to try by hand. */
export function guide({ pageUrl, checkoutUrl, parties, merchant, mailbox }: GuidedServices): string {
  const { payments, email, catalog, inventory, crm } = parties;
  const order = { id: 'order-1', email: 'ada@example.com', amount: 4_200, currency: 'EUR' };
  return `Open this page: break the third parties with sliders, and watch two shops that get the same orders.
  ${pageUrl}

The dashboard of the protected one, which the page shows beside them:
  ${checkoutUrl}/resilience

checkout  ${checkoutUrl}
payments  ${payments}
email     ${email}
catalog   ${catalog}
inventory ${inventory}
crm       ${crm}

Place an order (another id is another order), and look at it:
  ${curl('POST', `${checkoutUrl}/orders`, order)}
  ${curl('GET', `${checkoutUrl}/orders/order-1`)}

Make email hang; orders still come through, and their confirmations wait as jobs:
  ${curl('PUT', `${email}/faults`, { hang: true })}
  ${curl('GET', `${checkoutUrl}/jobs`)}

Take payments down; after about ten orders the answer is 503 at once, with Retry-After:
  ${curl('PUT', `${payments}/faults`, { error: { rate: 1, status: 503 } })}

Look at a product; take the catalog, which speaks GraphQL, down, and look again: the price says that it is an old one:
  ${curl('GET', `${checkoutUrl}/products/sku-1`)}
  ${curl('PUT', `${catalog}/faults`, { error: { rate: 1, status: 503 } })}

Heal them:
  ${curl('DELETE', `${email}/faults`)}
  ${curl('DELETE', `${payments}/faults`)}
  ${curl('DELETE', `${catalog}/faults`)}

Let the inventory, which speaks gRPC, take one call in three seconds, and fill two baskets: the second waits as long as it is told:
  ${curl('PUT', `${inventory}/books/limit`, { account: mailbox, limit: 1, perMs: 3_000 })}
  ${curl('PUT', `${checkoutUrl}/baskets/a/items/sku-1`)}
  ${curl('PUT', `${checkoutUrl}/baskets/b/items/sku-1`)}

Forge a webhook:
  ${curl('POST', `${checkoutUrl}/webhooks/payments`, { id: 'evt_1', type: 'charge.succeeded' })}

Look into the books of payments and of email:
  ${curl('GET', `${payments}/ledger?merchant=${merchant}`)}
  ${curl('GET', `${email}/outbox?account=${mailbox}`)}

Ctrl-C ends everything.
`;
}

function curl(method: string, url: string, body?: object): string {
  const request = method === 'GET' ? 'curl -i' : `curl -i -X ${method}`;
  if (body === undefined) return `${request} '${url}'`;
  return `${request} '${url}' -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}
