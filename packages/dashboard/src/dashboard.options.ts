import type { IncomingHttpHeaders } from 'node:http';
import type { ControlName } from './wire/control.js';

/** A request as the framework has it, with whatever your guards and middlewares have added to it. */
export interface DashboardRequest {
  readonly headers: IncomingHttpHeaders;
  readonly [property: string]: unknown;
}

/** `read` for the page and its numbers, and the name of each control. */
export type DashboardAction = 'read' | ControlName;

/** Says whether a request may do something, and who it is, for the event that tells of a control. */
export type Authorize = (request: DashboardRequest, action: DashboardAction) => Authorization | Promise<Authorization>;

/** The answer of `authorize`. */
export type Authorization = boolean | { readonly by: string };

/** The options of `DashboardModule`. */
export interface DashboardOptions {
  /** Where the page is, below the application's global prefix. Default `'/resilience'`. */
  readonly path?: string;
  /**
   * Decides about every request: whether it may read, and which controls it may use. An error that it throws is a no.
   * Required in production. Without it the page is served to this machine only (a loopback address in both the
   * connection and `Host`), and has no controls.
   */
  readonly authorize?: Authorize;
  /** The name of the application at the top of the page. Default: none. */
  readonly title?: string;
  /** The name of this host on a page that shows several. Default: the machine's host name and the process id. */
  readonly host?: string;
  /**
   * The origins whose pages may show this one in a frame, such as `['https://admin.example']`; `'self'` for the
   * application's own. Default: none. A page that frames it can have its visitor click on controls unawares: name only
   * origins that you trust as much.
   */
  readonly frameAncestors?: readonly string[];
}
