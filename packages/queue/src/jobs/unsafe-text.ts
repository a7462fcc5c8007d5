/** U+0000 and halves of surrogate pairs: text that a backend might not keep as it is. */
const UNSAFE = /[\0\p{Surrogate}]/u;

/** Whether a name, a tenant or a key cannot be kept as it is by every backend. */
export function isUnsafeText(text: string): boolean {
  return UNSAFE.test(text);
}
