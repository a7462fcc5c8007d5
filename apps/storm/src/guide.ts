export interface GuidedServices {
  readonly checkoutUrl: string;
  readonly paymentsUrl: string;
  readonly emailUrl: string;
  readonly merchant: string;
  readonly mailbox: string;
}

/** Commands to try by hand. */
export function guide({ checkoutUrl, paymentsUrl, emailUrl, merchant, mailbox }: GuidedServices): string {
  const order = { id: 'order-1', email: 'ada@example.com', amount: 4_200, currency: 'EUR' };
  return `checkout  ${checkoutUrl}
payments  ${paymentsUrl}
email     ${emailUrl}

Place an order (another id is another order), and look at it:
  ${curl('POST', `${checkoutUrl}/orders`, order)}
  ${curl('GET', `${checkoutUrl}/orders/order-1`)}

Make email hang; orders still come through, and their confirmations wait:
  ${curl('PUT', `${emailUrl}/faults`, { hang: true })}

Take payments down; after about ten orders the answer is 503 at once, with Retry-After:
  ${curl('PUT', `${paymentsUrl}/faults`, { error: { rate: 1, status: 503 } })}

Heal both:
  ${curl('DELETE', `${emailUrl}/faults`)}
  ${curl('DELETE', `${paymentsUrl}/faults`)}

Forge a webhook:
  ${curl('POST', `${checkoutUrl}/webhooks/payments`, { id: 'evt_1', type: 'charge.succeeded' })}

Look into the books of payments and of email:
  ${curl('GET', `${paymentsUrl}/ledger?merchant=${merchant}`)}
  ${curl('GET', `${emailUrl}/outbox?account=${mailbox}`)}

Ctrl-C ends everything.
`;
}

function curl(method: string, url: string, body?: object): string {
  const request = method === 'GET' ? 'curl -i' : `curl -i -X ${method}`;
  if (body === undefined) return `${request} '${url}'`;
  return `${request} '${url}' -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}
