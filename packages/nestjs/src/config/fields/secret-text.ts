import * as v from 'valibot';
import { SecretReference } from './secret.js';

/** A secret by reference, or the text itself. */
export type SecretText = string | SecretReference;

/** A secret in the settings. A number is taken as its digits: environment variables cannot tell them apart. */
export function secretText(example: string) {
  return v.pipe(
    v.custom<SecretText | number>(isSecretText, `expected secret('${example}'), or text that is not empty`),
    v.transform(asText),
  );
}

/** One secret or several, as a list. */
export function secretTexts(example: string) {
  return v.pipe(
    v.custom<SecretText | number | readonly (SecretText | number)[]>((value) => {
      const list = [value].flat();
      return list.length > 0 && list.every(isSecretText);
    }, `expected at least one secret, each secret('${example}') or text that is not empty`),
    v.transform((value): readonly SecretText[] => ([value].flat() as (SecretText | number)[]).map(asText)),
  );
}

/** Options that hold a secret. Text in their place may be the secret itself, so what is said of it does not show it. */
export function secretOptions<S extends v.GenericSchema>(
  schema: S,
  key: string,
  example: string,
): v.GenericSchema<unknown, v.InferOutput<S>> {
  const notText = v.rawCheck<unknown>(({ dataset, addIssue }) => {
    if (!dataset.typed || !isSecretText(dataset.value)) return;
    const place = { type: 'object', origin: 'value', input: {}, key, value: undefined } as const;
    addIssue({ message: `expected it in an object, for example ${example}`, path: [place] });
  });
  return v.pipe(v.unknown(), notText, schema);
}

function isSecretText(value: unknown): boolean {
  return value instanceof SecretReference || (typeof value === 'string' && value !== '') || typeof value === 'number';
}

function asText(value: SecretText | number): SecretText {
  return typeof value === 'number' ? String(value) : value;
}
