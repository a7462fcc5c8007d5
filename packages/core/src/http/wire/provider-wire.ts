import type { EmitOf } from '../../events/event-hub.js';
import type { EngineEvents } from '../../events/engine-events.js';
import type { Call } from '../../engine/call.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { WireListener } from '../../engine/requests/wire-listener.js';
import type { Exchange } from '../../outcome/exchange.js';
import { failedRequest } from './failed-requests.js';
import { WireRequest } from './wire-request.js';
import { ProviderHosts, type HostSettings } from './provider-hosts.js';

/** The parts of a provider that are told of its requests. */
export interface ProviderWireParts {
  readonly emit: EmitOf<EngineEvents>;
  /** Tells the operator of a mistake in how a client is used. */
  warn(message: string): void;
  /** Whether a header carries a credential of the provider's own. */
  isOwnCredential(name: string, value: string, origin: string): boolean;
  /** Learns from an answer what remains of the quota. */
  learn(call: Call, answer: Exchange): void;
}

/** Operations that were warned of. Those with names without end are not all remembered. */
const MOST_OPERATIONS = 1000;

/** The requests of one provider's calls, as they are seen on the wire. */
export class ProviderWire implements WireListener {
  private hosts: ProviderHosts;
  private readonly warned = new Set<string>();

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

  keyNotSent({ provider, operation, idempotencyHeader }: Call, { method, origin }: Exchange): void {
    const header = idempotencyHeader ?? '';
    const place = header === '' ? 'the body' : `the header ${header}`;
    this.parts.emit('idempotency.keyNotSent', { method, origin, header }, operation);
    if (this.warned.has(operation) || this.warned.size >= MOST_OPERATIONS) return;
    this.warned.add(operation);
    this.parts.warn(
      `${provider} (${operation}): the call has an idempotency key, and its ${method} to ${origin} went out without it, so it is ` +
        `not repeated when its outcome is unknown. Hand the key on: currentCall()?.idempotencyKey in ${place}, ` +
        "in the client's own option for it, or use the client that @InjectHttp, @InjectFetch or provider.fetch returns.",
    );
  }

  isOwnCredential(name: string, value: string, origin: string): boolean {
    return this.parts.isOwnCredential(name, value, origin);
  }

  missed(call: Call, failure: unknown): void {
    const found = failedRequest(failure);
    if (found === undefined) return;
    const { head, error } = found;
    const request = WireRequest.of({ call: call as LiveCall, listener: this }, head);
    request?.begin(head);
    request?.fail(error);
  }

  answered(call: Call, exchange: Exchange): void {
    this.parts.learn(call, exchange);
  }
}
