import type { EmitOf } from '../../events/event-hub.js';
import type { EngineEvents } from '../../events/engine-events.js';
import type { Call } from '../../engine/call.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { KeyNotSent, WireListener } from '../../engine/requests/wire-listener.js';
import type { KeyedRequests } from '../../engine/requests/keyed-requests.js';
import { noteOnWire, suspectRequests } from '../../engine/requests/note-request.js';
import { RecentRequests } from '../../engine/requests/recent-requests.js';
import type { UnsafeRequest } from '../../engine/requests/unsafe-request.js';
import { isResilienceError } from '../../errors/resilience-error.js';
import type { Exchange } from '../../outcome/exchange.js';
import { errorChain, readSafely } from '../../outcome/reading/error-chain.js';
import { exchangeOutcome } from '../../outcome/reading/exchange-outcome.js';
import { failedRequest } from './failed-requests.js';
import { keyAdvice } from './key-advice.js';
import { straysSince } from './stray-requests.js';
import type { UntiedRequests } from './untied-requests.js';
import { WireRequest } from './wire-request.js';
import { ProviderHosts, type HostSettings } from './provider-hosts.js';

/** The parts of a provider that are told of its requests. */
export interface ProviderWireParts {
  readonly emit: EmitOf<EngineEvents>;
  /** Tells the operator of a mistake in how a client is used. */
  warn(message: string): void;
  /** Whether a header carries a credential of the provider's own. */
  isOwnCredential(name: string, value: string, origin: string): boolean;
  readonly untied: UntiedRequests;
  /** Learns from an answer what remains of the quota. */
  learn(call: Call, answer: Exchange): void;
}

/** Operations that were warned of. Those with names without end are not all remembered. */
const MOST_OPERATIONS = 1000;

/** The requests of one provider's calls, as they are seen on the wire. */
export class ProviderWire implements WireListener {
  private hosts: ProviderHosts;
  private readonly warned = new Set<string>();
  private readonly recent = new RecentRequests();

  constructor(
    private settings: HostSettings,
    private readonly parts: ProviderWireParts,
  ) {
    this.hosts = new ProviderHosts(settings);
  }

  /** Takes other settings over. */
  configure(settings: HostSettings): void {
    if (settings === this.settings) return;
    this.settings = settings;
    this.hosts = new ProviderHosts(settings);
  }

  concern(origin: string): 'own' | 'other' | 'foreign' {
    return this.hosts.concern(origin);
  }

  keyNotSent(call: Call, { method, origin }: Pick<Exchange, 'method' | 'origin'>, why: KeyNotSent = 'left out'): void {
    const { provider, operation, idempotencyHeader: header = '' } = call;
    this.parts.emit('idempotency.keyNotSent', { method, origin, header }, operation);
    if (this.warned.has(operation) || this.warned.size >= MOST_OPERATIONS) return;
    this.warned.add(operation);
    this.parts.warn(`${provider} (${operation}): ${keyAdvice(why, { method, origin, header })}`);
  }

  repeats(attempt: Call, sent: readonly KeyedRequests[]): void {
    this.parts.untied.repeats(attempt as LiveCall, sent);
  }

  mayLoseKey(attempt: Call): boolean {
    return this.parts.untied.anySince(attempt as LiveCall);
  }

  isOwnCredential(name: string, value: string, origin: string): boolean {
    return this.parts.isOwnCredential(name, value, origin);
  }

  missed(call: Call, failure: unknown): void {
    const found = failedRequest(failure);
    if (found === undefined) return this.suspect(call as LiveCall, failure);
    const { head, error } = found;
    const request = WireRequest.of({ call: call as LiveCall, listener: this }, head);
    request?.begin(head);
    request?.fail(error);
  }

  mayBeOfAny(request: UnsafeRequest): boolean {
    if (this.hosts.concern(request.origin) === 'foreign') return false;
    this.recent.note(request);
    return true;
  }

  /** Looks for requests of a call that were seen in other contexts than its own. */
  private suspect(call: LiveCall, failure: unknown): void {
    const began = call.context?.asyncId();
    if (began === undefined || isRefusal(failure)) return;
    const all = [...this.recent.since(began), ...straysSince(began, (origin) => this.hosts.isKnown(origin))];
    const { idempotencyKey } = call;
    const keyed = idempotencyKey === undefined ? [] : all.filter(({ key }) => key === idempotencyKey);
    for (const request of keyed) {
      noteOnWire(call, { method: request.method, carriesKey: true, over: undefined });
      call.requests!.lastExchange = request;
    }
    if (keyed.length === 0 && all.length > 0) suspectRequests(call, likelyOf(all, call.origin.clock.wallNow()));
  }

  answered(call: Call, exchange: Exchange): void {
    this.parts.learn(call, exchange);
  }
}

/** Whether the engine has refused the call, so that nothing was sent. */
function isRefusal(failure: unknown): boolean {
  return errorChain(failure).some(
    (error) => readSafely(() => isResilienceError(error) && error.code !== 'TIMEOUT') === true,
  );
}

/** The last of those that failed, where all say the same. */
function likelyOf(requests: readonly UnsafeRequest[], wallNow: number): Exchange | undefined {
  const failed = requests.filter((request) => exchangeOutcome(request, wallNow) !== undefined);
  const kinds = new Set(failed.map((request) => exchangeOutcome(request, wallNow)!.kind));
  return kinds.size === 1 ? failed.at(-1) : undefined;
}
