import { derivedKey, uniqueKey } from '@breakwater/core/adapter';

/** The name of a job's effect, for ever where its key is given. */
export interface JobIdentity {
  readonly provider: string;
  readonly name: string;
  readonly tenant: string;
  readonly key: string | undefined;
}

/** 22 base64url characters, known before anything is written: the same for the same key, otherwise a new one. */
export function jobId({ provider, name, tenant, key }: JobIdentity): string {
  return key === undefined ? uniqueKey() : derivedKey('job', provider, name, tenant, key);
}
