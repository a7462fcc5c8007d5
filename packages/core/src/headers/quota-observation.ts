/** One of a provider's quotas, as a response tells it. */
export interface QuotaObservation {
  /** Tells the quotas of one provider apart. */
  readonly name: string;
  readonly remaining: number;
  readonly limit?: number | undefined;
  /**
   * The unit that it counts: requests, however much each of them costs. Where nothing says so it is taken to count what
   * calls cost.
   */
  readonly unit?: 'requests' | undefined;
  /** Milliseconds until the quota is whole again, at the latest, where the response says so. */
  readonly resetMs?: number | undefined;
}

/** The same with what an answer says of it beside its numbers. */
export interface QuotaReading extends QuotaObservation {
  /** Whether it refills all the time, so that what it lacks comes back evenly until `resetMs`. */
  readonly refills?: boolean | undefined;
  /** Whether `resetMs` was a bare number: seconds for most providers, milliseconds for some. */
  readonly isBare?: boolean | undefined;
  /** The provider's resource or bucket that it is for, where not every call draws from it. */
  readonly scope?: string | undefined;
}
