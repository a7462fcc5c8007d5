import 'reflect-metadata';
import { currentLiveCall, type LiveCall } from '@breakwater/core/adapter';
import { Inject } from '@nestjs/common';
import { Resilience } from '../resilience.js';
import { runtimeOfStranger } from './bare-calls.js';
import { callOf, type LinkedMethod } from './linked-methods.js';
import { MethodBinding } from './method-binding.js';
import { adopt, RUNTIME, runtimeBehind, runtimeOf, SLOT } from './runtime-slot.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Our own wrappers. Not found by metadata: other decorators copy that onto theirs. */
const wrappers = new WeakMap<object, MethodBinding>();
const byPrototype = new WeakMap<object, MethodBinding[]>();

/** The binding of a decorated method, and with the first decorator of a method its wrapper. */
export function bindMethod(target: object, method: string | symbol, descriptor: PropertyDescriptor): MethodBinding {
  const original = methodAt(target, method, descriptor);
  const name = String(method);
  const standing = wrappers.get(original);
  if (standing !== undefined) return standing;
  const returnType: unknown = Reflect.getMetadata('design:returntype', target, method);
  const binding = new MethodBinding(target, name, original, returnType);
  const wrapper = wrapperOf(binding);
  wrappers.set(wrapper, binding);
  descriptor.value = wrapper;
  const listed = byPrototype.get(target);
  if (listed === undefined) byPrototype.set(target, [binding]);
  else listed.push(binding);
  injectRuntime(target);
  return binding;
}

/** The method that a decorator stands on. Throws a `TypeError` for other places, which a compiler may let pass. */
function methodAt(target: object, method: unknown, descriptor: PropertyDescriptor | undefined): Method {
  if (typeof method === 'object' && method !== null)
    throw new TypeError("the compiler has to have experimentalDecorators on, as for Nest's own decorators");
  if (method === undefined) {
    const { name } = target as { name: string };
    throw new TypeError(
      `${name} is a class: policies stand on its methods, and @Resilient('name') names their provider`,
    );
  }
  const name = String(method);
  if (typeof target === 'function')
    throw new TypeError(`${target.name}.${name} is static: only methods of instances can be decorated`);
  const original: unknown = descriptor?.value;
  if (typeof original === 'function') return original as Method;
  throw new TypeError(
    `${target.constructor.name}.${name} is not a method: a property, a getter and a parameter are none`,
  );
}

/** The binding of a method as a class has it; `undefined` where none of our decorators stands on top of it. */
export function bindingOf(method: unknown): MethodBinding | undefined {
  return typeof method === 'function' ? wrappers.get(method) : undefined;
}

/** The decorated methods that instances of a class have, inherited ones included. */
export function bindingsOf(prototype: object | null): readonly MethodBinding[] {
  const found: MethodBinding[] = [];
  for (let at = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    found.push(...(byPrototype.get(at) ?? []));
  }
  return found;
}

/**
 * Looks like the method it stands for: name, length, own properties and metadata; `this` and the arguments are passed
 * on as they are.
 */
function wrapperOf(binding: MethodBinding): Method {
  const { original } = binding;
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const runtime = runtimeOf(this) ?? runtimeOfStranger(binding, this);
    if (runtime === undefined) return original.apply(this, args);
    const receiver = this as object;
    if (binding.returnsObservable) return runtime.stream(binding, receiver, args);
    const isOutermost = currentLiveCall() === undefined;
    let method: LinkedMethod;
    let call: LiveCall;
    try {
      method = runtime.methodOf(binding, receiver);
      const { peek } = method.pipeline;
      if (peek !== undefined && isOutermost && method.key === undefined) {
        const known = peek(method.operation, args);
        if (known !== undefined) return known;
      }
      call = callOf(method, receiver, args, binding.work);
    } catch (error) {
      return Promise.reject(error);
    }
    // Straight to the policies: a stack trace shows ten frames, and the caller is to be among them.
    return isOutermost ? method.pipeline.run(call) : method.provider.run(method.pipeline, call);
  };
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue;
    Object.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(original, key)!);
  }
  for (const key of Reflect.getMetadataKeys(original) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapper);
  }
  return wrapper;
}

/**
 * Has Nest inject the application's runtime into every instance of the class that it makes: once per class hierarchy.
 */
function injectRuntime(prototype: object): void {
  if (RUNTIME in prototype) return;
  Object.defineProperty(prototype, RUNTIME, {
    configurable: true,
    get: () => undefined,
    // Not enumerable: what the instance looks like, in JSON or to an equality, stays the same.
    set(this: object, resilience: unknown) {
      const runtime = runtimeBehind(resilience);
      // A test may have everything mocked: that is no application, so the method runs bare.
      if (runtime === undefined) return;
      // A constructor may have frozen it.
      if (Object.isExtensible(this))
        Object.defineProperty(this, SLOT, { value: runtime, configurable: true, writable: true });
      else adopt(this, runtime);
    },
  });
  Inject(Resilience)(prototype, RUNTIME);
}
