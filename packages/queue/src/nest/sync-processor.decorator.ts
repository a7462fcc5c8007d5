import 'reflect-metadata';
import { Injectable } from '@nestjs/common';

const PROVIDER = Symbol.for('breakwater.sync-processor');

/** Has a class process jobs of a provider: those of its methods with `@SyncJob`. It is an injectable like any other. */
export function SyncProcessor(provider: string): ClassDecorator {
  return (target) => {
    Injectable()(target);
    Reflect.defineMetadata(PROVIDER, provider, target);
  };
}

/** The provider whose jobs a class processes. */
export function providerOf(type: object): string | undefined {
  return Reflect.getMetadata(PROVIDER, type) as string | undefined;
}
