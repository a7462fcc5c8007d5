/** The two parts of `secret('name#part')`. */
export interface SecretName {
  /** The name that the source knows. */
  readonly name: string;
  readonly field: string | undefined;
}

/** Tells the name of a secret from that of a part of it, which follows the last `#`. */
export function readSecretName(reference: string): SecretName {
  const at = reference.lastIndexOf('#');
  if (at <= 0 || at === reference.length - 1) return { name: reference, field: undefined };
  return { name: reference.slice(0, at), field: reference.slice(at + 1) };
}
