import { Inject } from '@nestjs/common';
import { noteInjection, type InjectionKind } from './injected-names.js';

/** `Inject` that remembers where it stands, so that unknown names are found at boot. */
export function injectByName(kind: InjectionKind, name: string, token: string): PropertyDecorator & ParameterDecorator {
  const inject = Inject(token);
  return (target: object, property: string | symbol | undefined, parameter?: number) => {
    noteInjection(kind, name, { target, property, parameter });
    inject(target, property, parameter as number);
  };
}
