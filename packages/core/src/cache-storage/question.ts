import { createHash } from 'node:crypto';

/** The question that an answer in the store answers, the same on all hosts. */
export interface SharedQuestion {
  /** Text that no other question of the provider has, its tenant and credential included. It is hashed. */
  readonly key: string;
  /** The marks that void its answers: see `marksOf`. */
  readonly marks: readonly string[];
}

/** Selects the answers to forget: those that fit everything that is named; of several tags, any. */
export interface Invalidation {
  readonly operation?: string | undefined;
  /** The text made of the arguments. */
  readonly id?: string | undefined;
  readonly tenant?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** The marks by which the answers to a question are invalidated, beside those of their tags. */
export function marksOf({ operation, id, tenant }: Omit<Invalidation, 'tags'>): readonly string[] {
  const marks = [ALL];
  if (operation !== undefined) marks.push(markOfOperation(operation));
  if (operation !== undefined && id !== undefined) marks.push(markOfArguments(operation, id));
  if (tenant !== undefined) marks.push(markOfTenant(tenant));
  return marks;
}

/**
 * The marks to set for an invalidation: the narrowest that voids all that is meant. It may void more, which is better
 * than less.
 */
export function marksFor({ operation, id, tenant, tags }: Invalidation): readonly string[] {
  if (tags !== undefined) return tags.map(markOfTag);
  if (operation !== undefined && id !== undefined) return [markOfArguments(operation, id)];
  if (tenant !== undefined) return [markOfTenant(tenant)];
  return [operation === undefined ? ALL : markOfOperation(operation)];
}

export function markOfTag(tag: string): string {
  return `tag:${tag}`;
}

/** Text that stands for another in the store: it may be long, personal or a secret. */
export function hashed(text: string): string {
  // UTF-8 would make one of all halves of surrogate pairs.
  return createHash('sha256').update(text, 'utf16le').digest('base64url').slice(0, 22);
}

const ALL = 'all';

function markOfOperation(operation: string): string {
  return `operation:${operation}`;
}

function markOfArguments(operation: string, id: string): string {
  return `arguments:${operation.length}:${operation}${id}`;
}

function markOfTenant(tenant: string): string {
  return `tenant:${tenant}`;
}
