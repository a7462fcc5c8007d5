import type { IncomingMessage } from 'node:http';
import type { Clock } from '@breakwater/core';
import { withTimeLimit } from '@breakwater/core/adapter';
import { CONTROL_HEADER, CONTROLS, type ControlName } from '../wire/control.js';
import type { Authorization, Authorize, DashboardAction, DashboardRequest } from '../dashboard.options.js';
import type { DashboardLog } from './dashboard-log.js';

const LOOPBACK = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/;
const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Headers that proxies add. */
const PROXIED =
  /^(?:forwarded|via|x-(?:forwarded|real|original|client|cluster|envoy|amzn|arr)\b|cf-|true-client-ip|fly-)/;

/** An answer that takes longer is a no: an open page would otherwise keep what it was once allowed. */
const LONGEST_MS = 10_000;

/** A request in the form of the framework, and as Node has it. */
export interface Asking {
  readonly request: DashboardRequest;
  readonly raw: IncomingMessage;
}

/** Decides who may do what. */
export class Access {
  constructor(
    private readonly authorize: Authorize | undefined,
    private readonly clock: Clock,
    private readonly log: DashboardLog,
  ) {}

  /** Whether a request may read, or use a control. */
  async of({ request, raw }: Asking, action: DashboardAction): Promise<Authorization> {
    if (this.authorize === undefined) return action === 'read' && isLocal(raw);
    try {
      const answer = await this.inTime(this.authorize(request, action));
      if (typeof answer === 'object' && answer !== null && typeof answer.by === 'string') return { by: answer.by };
      // Something truthy by mistake is no permission.
      return answer === true;
    } catch (error) {
      this.log.authorizeFailed(error);
      return false;
    }
  }

  private async inTime(answer: Authorization | Promise<Authorization>): Promise<Authorization> {
    if (!(answer instanceof Object && 'then' in answer)) return answer;
    const onTimeout = () => Object.assign(new Error('authorize has not answered'), { name: 'TimeoutError' });
    return withTimeLimit(Promise.resolve(answer), { clock: this.clock, timeoutMs: LONGEST_MS, onTimeout });
  }

  async allowed(asking: Asking): Promise<readonly ControlName[]> {
    const answers = await Promise.all(
      CONTROLS.map(async (action) => ((await this.of(asking, action)) === false ? [] : [action])),
    );
    return answers.flat();
  }
}

/**
 * Whether a request comes from this machine and is meant for it: another site's name that leads here, as in DNS
 * rebinding, is not.
 */
function isLocal(raw: IncomingMessage): boolean {
  const { socket, headers } = raw;
  return !isForwarded(raw) && LOOPBACK.test(socket.remoteAddress ?? '') && LOCAL_HOST.test(askedHost(headers) ?? '');
}

/**
 * Whether a proxy has sent it: behind one on this machine, everything comes from here. nginx names itself as the host
 * and adds no header unless it is told to, but speaks HTTP/1.0, as no browser does.
 */
function isForwarded({ headers, httpVersionMajor, httpVersionMinor }: IncomingMessage): boolean {
  if (httpVersionMajor === 1 && httpVersionMinor === 0) return true;
  return Object.keys(headers).some((name) => PROXIED.test(name));
}

/**
 * Whether numbers may be sent to the page that asks: not to one of another origin, whatever the application's CORS
 * settings are. Requests that no browser has sent have none of these headers.
 */
export function isSameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  return origin === undefined || hostOf(origin) === askedHost(headers)?.toLowerCase();
}

/** Whether a control may be used by the page that asks. A form or an image of another site cannot set the header. */
export function isDeliberate(raw: IncomingMessage): boolean {
  return raw.headers[CONTROL_HEADER] === '1' && raw.headers['sec-fetch-site'] !== 'none' && isSameOrigin(raw);
}

/** The host that a request is meant for: HTTP/2 has it in a place of its own. */
function askedHost(headers: IncomingMessage['headers']): string | undefined {
  return headers.host ?? headers[':authority']?.toString();
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
