import { isProxy } from 'node:util/types';
import { standingDispatcher } from './wire/standing-dispatcher.js';

/** The type of `fetch`'s `dispatcher`. */
export interface Dispatcher {
  close(): Promise<void>;
}

/** A class of dispatchers, such as those of Node itself. */
export type AgentClass = new (options: object) => Dispatcher;

/** Whether Node reads the proxies of the environment. Source: Node, "Enterprise network configuration". */
const readsEnvironment = () =>
  process.env['NODE_USE_ENV_PROXY'] === '1' ||
  [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((text) => /(^|\s)--use-env-proxy(\s|$)/.test(text));

/**
 * The class of Node's dispatcher, unless the process has one of its own making, by its kind, its options or what is
 * composed around it: then that one decides for the process.
 */
export async function nodesAgent(): Promise<AgentClass | undefined> {
  // Node loads its undici with the first use of anything of it.
  if (standingDispatcher() === undefined) await fetch('data:,').catch(() => undefined);
  const standing = standingDispatcher();
  return standing !== undefined && isNodesOwn(standing) ? (standing.constructor as AgentClass) : undefined;
}

function isNodesOwn(dispatcher: object): boolean {
  if (isProxy(dispatcher)) return false;
  const { name } = dispatcher.constructor;
  return (name === 'Agent' && !hasOptions(dispatcher)) || (name === 'EnvHttpProxyAgent' && readsEnvironment());
}

/** Whether an agent was made with options, such as certificates. undici keeps them under a symbol of that name. */
function hasOptions(agent: object): boolean {
  const key = Object.getOwnPropertySymbols(agent).find(({ description }) => description === 'options');
  const options: unknown = key && (agent as Readonly<Record<symbol, unknown>>)[key];
  if (typeof options !== 'object' || options === null) return false;
  return Object.values(options).some((value) => value !== undefined && value !== Infinity);
}
