/**
 * Whether nothing is inherited that a copy of an object's own properties would lack: it is a plain object, or its class
 * has no methods and no getters.
 */
export function onlyHoldsData(value: object): boolean {
  let prototype = Object.getPrototypeOf(value) as object | null;
  while (prototype !== null) {
    const above = Object.getPrototypeOf(prototype) as object | null;
    // `Object.prototype` is known by its place: there is one in every realm.
    if (above !== null && Reflect.ownKeys(prototype).some((key) => key !== 'constructor')) return false;
    prototype = above;
  }
  return true;
}
