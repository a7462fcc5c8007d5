import type { PlacePlan } from '../definition/place.js';
import type { SenderPlan } from '../definition/sender-plan.js';
import { parseJson, textAt } from '../encoding/json-path.js';
import { signingFault } from './signing-fault.js';

const URLENCODED = 'application/x-www-form-urlencoded';

/** A body that values can be written into: a JSON object, or a urlencoded form. */
export class WrittenBody {
  private readonly form: URLSearchParams | undefined;
  private readonly json: Record<string, unknown> | undefined;
  private changed = false;

  constructor(
    private readonly plan: SenderPlan,
    private readonly given: Buffer,
    headers: Readonly<Record<string, string>>,
  ) {
    const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
    const json = type === URLENCODED ? undefined : parseJson(given);
    this.json = isObject(json) ? json : undefined;
    const formOnly = plan.signature.place?.form !== undefined && plan.signature.place.path === undefined;
    if (type === URLENCODED || (formOnly && this.json === undefined)) {
      this.form = new URLSearchParams(given.toString('utf8'));
    }
  }

  at({ path, form }: PlacePlan): string | undefined {
    if (form !== undefined && this.form !== undefined) return this.form.get(form) ?? undefined;
    return path === undefined ? undefined : textAt(this.json, path);
  }

  write({ path, form }: PlacePlan, value: string): void {
    if (path === undefined && form === undefined) return;
    this.changed = true;
    if (form !== undefined && this.form !== undefined) this.form.set(form, value);
    else if (path !== undefined && this.json !== undefined) setAt(this.json, path, value);
    else {
      const what = path === undefined ? 'a urlencoded form' : 'a JSON object';
      throw signingFault(this.plan, `writes its signature into the body, which has to be ${what}`);
    }
  }

  bytes(): Buffer {
    if (!this.changed) return this.given;
    return Buffer.from(this.form === undefined ? JSON.stringify(this.json) : this.form.toString());
  }

  headers(): Record<string, string> {
    return this.form === undefined ? {} : { 'content-type': URLENCODED };
  }
}

function setAt(json: Record<string, unknown>, path: readonly string[], value: string): void {
  let object = json;
  for (const step of path.slice(0, -1)) {
    const next = Object.hasOwn(object, step) ? object[step] : undefined;
    const inner = isObject(next) ? next : {};
    object[step] = inner;
    object = inner;
  }
  object[path.at(-1) as string] = value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
