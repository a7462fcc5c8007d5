/**
 * Stands for something that could not be made: every use throws the reason. Nest may look at it, as it does at
 * every instance: for hooks of the life cycle and for a `then`.
 */
export function unavailable<T extends object>(reason: Error): T {
  return new Proxy<object>(
    {},
    {
      get(target, key) {
        if (typeof key === 'symbol' || key in target || LOOKED_FOR_BY_NEST.test(key)) return Reflect.get(target, key);
        throw reason;
      },
    },
  ) as T;
}

const LOOKED_FOR_BY_NEST = /^(then|toJSON|on[A-Z]\w*|before[A-Z]\w*)$/;
