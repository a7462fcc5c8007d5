/**
 * Says which requests are the provider's: those to `hosts`, or where none are named those to the origin of `baseUrl`.
 */
export interface HostSettings {
  readonly baseUrl?: string | undefined;
  /** `'api.stripe.com'`, `'localhost:8080'`, or `'*.stripe.com'` for all below it. */
  readonly hosts?: readonly string[] | undefined;
}

/** Tells the provider's own requests from others: telemetry, and tokens fetched elsewhere. */
export class ProviderHosts {
  private readonly baseOrigin: string | undefined;
  private readonly hosts: readonly string[] | undefined;
  /** The origins that were asked for: a provider has a handful. */
  private readonly known = new Map<string, 'own' | 'other' | 'foreign'>();

  constructor({ baseUrl, hosts }: HostSettings) {
    this.baseOrigin = baseUrl === undefined || !URL.canParse(baseUrl) ? undefined : new URL(baseUrl).origin;
    this.hosts = hosts?.map((host) => host.toLowerCase());
  }

  concern(origin: string): 'own' | 'other' | 'foreign' {
    const known = this.known.get(origin);
    if (known !== undefined) return known;
    const concern = this.decide(origin);
    // Where calls go to hosts without end, most of them are not asked for twice.
    if (this.known.size < MOST_ORIGINS) this.known.set(origin, concern);
    return concern;
  }

  /** Whether requests to an origin are the provider's, whatever call they are made in: named, or asked for before. */
  isKnown(origin: string): boolean {
    if (this.hosts !== undefined) return this.decide(origin) === 'own';
    return this.baseOrigin === origin || this.known.has(origin);
  }

  private decide(origin: string): 'own' | 'other' | 'foreign' {
    if (this.hosts !== undefined) return this.hosts.some((host) => isHost(host, origin)) ? 'own' : 'foreign';
    return this.baseOrigin === undefined || this.baseOrigin === origin ? 'own' : 'other';
  }
}

const MOST_ORIGINS = 100;

function isHost(wanted: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  if (wanted.startsWith('*.')) return hostname.endsWith(wanted.slice(1)) || host.endsWith(wanted.slice(1));
  return wanted === host || wanted === hostname;
}
