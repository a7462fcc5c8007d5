/** A full collection. Throws where Node was started without `--expose-gc`. */
export function collectGarbage(): void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('measuring needs node --expose-gc');
  gc();
}
