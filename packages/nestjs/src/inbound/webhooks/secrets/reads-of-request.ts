/** A place within a request, from its outermost name to its innermost. */
type Place = readonly string[];

/**
 * Notes what a function reads of a request, so that its answer can be kept for all requests that agree in that. The
 * notes only grow: two requests that agree in every place on them take the same way through the function.
 */
export class ReadsOfRequest {
  private readonly places = new Map<string, Place>();

  /** The request, with every read noted. */
  watch<T extends object>(request: T): T {
    return this.watched(request, []) as T;
  }

  /** The request's values in all places that were ever read. */
  valuesIn(request: object): string {
    return JSON.stringify([...this.places.values()].map((place) => JSON.stringify(valueAt(request, place)) ?? ''));
  }

  private watched(object: object, place: Place): object {
    return new Proxy(object, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof name === 'symbol' || typeof value === 'function') return value;
        const here = [...place, name];
        // A fixed property of its target has to be returned as it is.
        if (typeof value === 'object' && value !== null)
          return isFixed(target, name) ? this.note(here, value) : this.watched(value, here);
        return this.note(here, value);
      },
      has: (target, name) => {
        if (typeof name === 'string') this.note([...place, name], undefined);
        return Reflect.has(target, name);
      },
      getOwnPropertyDescriptor: (target, name) => {
        if (typeof name === 'string') this.note([...place, name], undefined);
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
      ownKeys: (target) => {
        this.note(place, undefined);
        return Reflect.ownKeys(target);
      },
    });
  }

  private note<T>(place: Place, value: T): T {
    this.places.set(JSON.stringify(place), place);
    return value;
  }
}

function isFixed(target: object, name: string): boolean {
  const property = Object.getOwnPropertyDescriptor(target, name);
  return property?.configurable === false && property.writable === false;
}

function valueAt(request: object, place: Place): unknown {
  return place.reduce<unknown>((at, name) => (Object(at) as Record<string, unknown>)[name], request);
}
