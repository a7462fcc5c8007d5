import type { ResilienceError } from '../errors/resilience-error.js';
import type { ReportCallback } from '../events/callback-reports.js';
import type { Emit, EmitOf } from '../events/event-hub.js';
import type { ObservedResponse } from '../headers/rate-reading.js';
import type { PackedGate } from './gates/packed-keys.js';
import type { Entrance } from './attempt/entrance.js';
import type { CallOrigin } from './call-origin.js';
import type { LiveCall, Next } from './live-call.js';
import type { Circumstances } from '../outcome/exchange.js';
import type { Outcome, Settled } from '../outcome/outcome.js';
import type { SharedState } from './shared-state.js';
import type { Store } from '../store/store.js';

/** All that a live policy may reach. */
export interface Environment extends CallOrigin {
  readonly store: Store;
  readonly emit: Emit;
  /** Reports a function of the user that threw or returned what it may not: see the event `callback.failed`. */
  readonly callbackFailed: ReportCallback;
  readonly entrance?: Entrance | undefined;
  /** The operation whose own policy it is; `undefined` for one that the provider's methods share. */
  readonly operation?: string;
  /**
   * Text that stands for the account with which the provider is asked: another credential has another. Never the
   * credential itself. `undefined` where there is none.
   */
  identity?(): string | undefined;
  /** A number in [0, 1). */
  random(): number;
  /** The meaning of a result; `circumstances` is what is known of the call that it ended. */
  classify(result: Settled, circumstances?: Circumstances): Outcome;
  /** The provider's own of a state that several of its policies share. */
  shared<T>(state: SharedState<T>): T;
}

/** The same for one policy: `Events` are the details of its events, by type. */
export interface EnvironmentOf<Events extends object> extends Omit<Environment, 'emit'> {
  readonly emit: EmitOf<Events>;
}

export interface LivePolicy {
  readonly kind: string;
  /** Whether a call may be answered with what an earlier one of the same operation has done. */
  readonly keepsOutcomes?: boolean;
  /** Plain JSON for health pages and dashboards. Never an argument, a key or a secret. */
  snapshot?(now: number): object;
  /** Takes new settings over at the next call; what is in flight goes on. */
  reconfigure?(settings: unknown): void;
  /** Learns from a response of the provider, and for which key the call was, where it had one. */
  observe?(response: ObservedResponse, key?: string, call?: LiveCall): void;
  /** Lets go of timers and waiting calls. */
  close?(): void;
}

/**
 * Admits or refuses each attempt and is told how it ended. Refuses by throwing a `ResilienceError`, or by returning
 * one, which costs far less. The time is `call.now`, which reads the clock only when it is asked.
 */
export interface Gate<Ticket = unknown> extends LivePolicy {
  /** The gate that calls without a key pass in place of this one. */
  readonly unkeyed?: Gate;
  enter(call: LiveCall): Ticket | Promise<Ticket> | ResilienceError;
  /**
   * The attempt has ended, or a gate below refused it. A gate that called `call.timeWork()` when it was entered can ask
   * for `call.tookMs`.
   */
  leave(ticket: Ticket, outcome: Outcome, call: LiveCall): void;
  /** Whether the call would have to wait, or be refused, if it came now. Takes nothing, and makes nothing. */
  wouldHold?(call: LiveCall): boolean;
  /** The call begins to wait in a gate below: it has not gone out. `renew`, or `leave`, follows. */
  suspend?(ticket: Ticket, call: LiveCall): void;
  /**
   * The call has waited in a gate below, and things may have changed: returns the ticket with which it goes on, or
   * refuses it, at once or later. A call that goes on with another ticket is not left with the one before.
   */
  renew?(ticket: Ticket, call: LiveCall): Ticket | Promise<Ticket> | ResilienceError;
  /**
   * Called in place of `leave` when the attempt was aborted and its work still runs: the gate is held until that
   * settles.
   */
  outlive?(ticket: Ticket, work: Promise<unknown>): void;
}

/** A gate that can have state for each key: see `KeyedGate`. */
export interface KeyableGate<Ticket = unknown> extends Gate<Ticket> {
  /** The numbers in its snapshot that are shown for all keys together. */
  readonly summed?: readonly string[];
  /**
   * A gate for one key, with this one's settings and state of its own, in the environment that all keys share. Goes on
   * from a state that was packed. `key` is for what is kept outside of this process, and never for a human's eye.
   */
  forKey(environment: Environment, packed?: unknown, key?: string): KeyableGate;
  /** Told once of the gates of the keys: those that there are whenever they are iterated. */
  oversee?(keys: Iterable<KeyableGate>): void;
  /**
   * Whether it may be forgotten: it holds no call back. Calls inside are counted elsewhere. `usedAt` is when the last
   * one came.
   */
  idle(now: number, usedAt: number): boolean;
  /** Whether it has counted what may soon make it hold calls back, such as failures. Then it is forgotten last. */
  remembers?(now: number): boolean;
  /**
   * The state that must outlive the gate of a key, for a gate that holds much for what little it knows; `undefined`
   * when nothing must.
   */
  pack?(now: number): PackedGate | undefined;
  /** Forgets what it was told from outside, such as what a provider has said. */
  reset?(): void;
  /** The same for a state that was packed: returns what is left of it, `undefined` for nothing. */
  resetPacked?(packed: unknown): unknown;
  /** Whether a state that was packed need not be remembered any more. */
  isOver?(packed: unknown, now: number): boolean;
}

/** May run the rest of the pipeline again, later, elsewhere or not at all. */
export interface Wrapper extends LivePolicy {
  execute<T>(call: LiveCall, next: Next<T>): Promise<T>;
  /** Whether it pays the successes of operations into the retry budget: those within it leave that to it. */
  readonly paysBudget?: boolean;
  /** Told which gates stand below it, whenever those are others. */
  above?(gates: readonly Gate[]): void;
  /** Told which wrappers stand around it, whenever those are others. */
  within?(wrappers: readonly Wrapper[]): void;
  /**
   * In place of `execute` where nothing stands between it and the gates: returns the call for the first attempt, with
   * its `watcher`, which is told at once how that ends. It spares every call a promise.
   */
  watch?(call: LiveCall, next: Next<unknown>): LiveCall;
  /**
   * The result of a call with these arguments, where it is known without one: it is asked first where nothing stands
   * above it, of calls that have no key and are made in no other call. `undefined` where a call has to be made.
   */
  peek?(operation: string, args: readonly unknown[]): Promise<unknown> | undefined;
}

/** Stands between the gates and the method: all policies take what it does for the provider's doing. */
export interface FaultInjector extends LivePolicy {
  inject(call: LiveCall, work: (call: LiveCall) => unknown): unknown;
}

/** State that the policies of a provider share, with settings of its own. No call passes through it. */
export type ProviderState = LivePolicy;

/** A policy: a gate, which admits or refuses attempts, or a wrapper, which runs what is inside of it. */
export type Policy = Gate | Wrapper | FaultInjector | ProviderState;

/** A policy not yet alive: inert data, safe at module level. */
export interface PolicySpec {
  /** The key in a provider's settings. */
  readonly kind: string;
  /**
   * Its name in the pipeline's order: the kind's, or that of one of several policies that a kind makes, such as
   * `totalTimeout`.
   */
  readonly name: string;
  /** `provider`: one instance serves all methods of a provider. `method`: one per method. */
  readonly scope: 'provider' | 'method';
  /** The option that it is made of, where all methods of the provider must agree on it, whatever else differs. */
  readonly option?: string | undefined;
  /** The name under which a method's own stands beside the provider's; `undefined` where it takes its place. */
  readonly beside?: string | undefined;
  /** Whether it can stand around a method that returns a stream. */
  readonly fitsStreams: boolean;
  readonly settings: unknown;
  create(environment: Environment): Policy;
}

export function isGate(policy: Policy): policy is Gate {
  return 'enter' in policy;
}

export function isWrapper(policy: Policy): policy is Wrapper {
  return 'execute' in policy;
}

export function isFaultInjector(policy: Policy): policy is FaultInjector {
  return 'inject' in policy;
}

/** Whether calls pass through it. */
export function isPassed(policy: Policy): boolean {
  return isGate(policy) || isWrapper(policy) || isFaultInjector(policy);
}

export function isKeyable(policy: Policy): policy is KeyableGate {
  return 'forKey' in policy;
}
