import type { ResilienceEvent } from '@breakwater/core';

/** An event as it is counted: the metric, and its labels besides the provider. */
export interface CountedEvent {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface EventCount extends CountedEvent {
  readonly provider: string;
  count: number;
}

/** Counts the events that no snapshot has numbers of. Their labels are words of our own, of which there are few. */
export class EventCounts {
  private readonly byId = new Map<string, EventCount>();

  readonly note = (event: ResilienceEvent): void => {
    const counted = countedAs(event);
    if (counted === undefined) return;
    const id = [counted.metric, event.provider, ...Object.values(counted.labels)].join(' ');
    const standing = this.byId.get(id);
    if (standing === undefined) this.byId.set(id, { ...counted, provider: event.provider, count: 1 });
    else standing.count++;
  };

  of(metric: string): readonly EventCount[] {
    return [...this.byId.values()].filter((each) => each.metric === metric);
  }
}

function countedAs(event: ResilienceEvent): CountedEvent | undefined {
  switch (event.type) {
    case 'circuitBreaker.opened':
      return { metric: 'circuit_breaker.transitions', labels: { to: 'open', reason: event.detail.reason } };
    case 'circuitBreaker.halfOpened':
      return { metric: 'circuit_breaker.transitions', labels: { to: 'half-open', reason: event.detail.reason } };
    case 'circuitBreaker.closed':
      return { metric: 'circuit_breaker.transitions', labels: { to: 'closed', reason: event.detail.reason } };
    case 'circuitBreaker.isolated':
      return { metric: 'circuit_breaker.transitions', labels: { to: 'isolated', reason: event.detail.reason } };
    case 'timeout.expired':
      return { metric: 'timeouts', labels: { scope: event.detail.scope } };
    case 'store.unavailable':
      return { metric: 'store.failures', labels: {} };
    case 'webhook.accepted':
      return { metric: 'webhooks', labels: { result: 'accepted', reason: '' } };
    case 'webhook.repeated':
      return { metric: 'webhooks', labels: { result: 'repeated', reason: event.detail.state } };
    case 'webhook.rejected':
      return { metric: 'webhooks', labels: { result: 'rejected', reason: event.detail.reason } };
    default:
      return undefined;
  }
}
