import type { AnswerProtocol } from '@breakwater/core';
import { keyText, type LiveCall, type LiveProvider, type LiveWork, type Pipeline } from '@breakwater/core/adapter';
import type { MethodBinding } from './method-binding.js';

/** A decorated method made alive in one application, for instances of one class. */
export interface LinkedMethod {
  readonly binding: MethodBinding;
  /** The class whose instances it serves: a subclass may name another provider. */
  readonly constructedBy: unknown;
  readonly provider: LiveProvider;
  readonly pipeline: Pipeline;
  readonly operation: string;
  readonly key: ((...args: unknown[]) => string) | undefined;
  readonly protocol: AnswerProtocol | undefined;
  /** Whether its calls last until their results have been read, where it says so. */
  readonly stream: boolean | undefined;
}

/** The decorated methods of one application: each once for every class that has it. */
export class LinkedMethods {
  /** By the binding's `id`, for the class that came first: mostly the only one, so that a call looks nothing up. */
  private readonly first: (LinkedMethod | undefined)[] = [];
  private readonly others = new Map<MethodBinding, Map<unknown, LinkedMethod>>();

  find(binding: MethodBinding, constructor: unknown): LinkedMethod | undefined {
    const first = this.first[binding.id];
    return first?.constructedBy === constructor ? first : this.others.get(binding)?.get(constructor);
  }

  add(method: LinkedMethod): void {
    const { binding, constructedBy } = method;
    if (this.first[binding.id] === undefined) {
      this.first[binding.id] = method;
      return;
    }
    const others = this.others.get(binding) ?? new Map<unknown, LinkedMethod>();
    this.others.set(binding, others.set(constructedBy, method));
  }
}

/** A call of a decorated method. */
export function callOf(method: LinkedMethod, receiver: object, args: unknown[], work: LiveWork): LiveCall {
  const { provider, operation, protocol, stream } = method;
  const call =
    protocol === undefined && stream === undefined
      ? provider.newCall(operation, args, work)
      : provider.newCallRead({ protocol, stream }, { operation, args, work });
  call.receiver = receiver;
  if (method.key !== undefined) call.key = keyText(method.key(...args));
  return call;
}
