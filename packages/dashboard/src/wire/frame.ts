import type { EventLevel, PolicySnapshot, ProviderSnapshot } from '@breakwater/core';
import type { QueueSnapshot } from '@breakwater/core/adapter';

/** Calls by how they ended: `other` are answers that stand, such as a declined card, and calls that were aborted. */
export interface CallCounts {
  readonly ok: number;
  readonly failed: number;
  readonly refused: number;
  readonly other: number;
}

/** The calls of the last minute. Durations in milliseconds, absent where none is known. */
export interface MinuteView extends CallCounts {
  readonly attempts: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

/** The calls of one second: when it began, in epoch seconds, and the counts. */
export type SecondView = readonly [at: number, ok: number, failed: number, refused: number, other: number];

/** The durations of ten seconds: when they began, in epoch seconds, and the percentiles in milliseconds. */
export type SliceView = readonly [at: number, p50: number, p95: number, p99: number];

/** A circuit that has changed its state. */
export interface TransitionView {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  /** The method that has the circuit to itself; absent for the one that the provider's methods share. */
  readonly operation?: string;
}

/** How failed calls have ended lately, the most frequent first: `answers 503`, `does not answer in time`. */
export interface FailuresView {
  /** When the latest of them ended. */
  readonly at: number;
  readonly causes: readonly (readonly [cause: string, count: number])[];
}

export interface WebhookCounts {
  readonly accepted: number;
  readonly repeated: number;
  readonly rejected: number;
}

/** A provider as one host sees it. */
export interface ProviderView {
  readonly name: string;
  readonly enabled: boolean;
  /** Calls under way. */
  readonly active: number;
  /** Since the process began. */
  readonly total: CallCounts;
  readonly minute: MinuteView;
  /** The seconds in which there were calls: the last five minutes at first, and then the latest. */
  readonly seconds: readonly SecondView[];
  readonly slices: readonly SliceView[];
  readonly policies: readonly PolicySnapshot[];
  /** The cache of its HTTP clients, where it has one. */
  readonly httpCache?: ProviderSnapshot['httpCache'];
  /** Absent before the first failure. */
  readonly failures?: FailuresView;
  /** The changes of all its circuits, in the order in which they happened. */
  readonly history: readonly TransitionView[];
  readonly webhooks: WebhookCounts;
}

/** Something that happened, once or several times within a second. */
export interface EventView {
  /** Rises with every event of a host. */
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly level: EventLevel;
  readonly provider: string;
  readonly operation?: string;
  readonly reason: string;
  readonly count: number;
}

/** One host, or those parts of it that have changed. */
export interface HostView {
  /** Tells processes apart: several may have one name, and are shown under others while they do. */
  readonly id: string;
  readonly host: string;
  readonly at: number;
  readonly providers: readonly ProviderView[];
  readonly queues: readonly QueueSnapshot[];
  readonly events: readonly EventView[];
}

/** One message of the stream. */
export interface Frame {
  /** Whether it says everything: then what was known before is forgotten. */
  readonly full: boolean;
  readonly at: number;
  readonly hosts: readonly HostView[];
  /** The hosts of which nothing was heard any more. */
  readonly gone: readonly string[];
}

/** The first message: what this reader may do. */
export interface Greeting {
  readonly title: string;
  /** The host that serves the page. */
  readonly host: string;
  readonly allowed: readonly string[];
}
