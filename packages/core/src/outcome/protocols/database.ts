import type { OutcomeKind } from '../outcome.js';
import type { Protocol } from './protocol.js';

/**
 * The meaning of the classes of SQLSTATE, its first two characters. Source: PostgreSQL, "Error Codes". All others are
 * `permanent`.
 */
const KIND_BY_CLASS: Readonly<Record<string, OutcomeKind>> = {
  '08': 'unknown',
  '28': 'unauthorized',
  '40': 'transient',
  '53': 'transient',
  '55': 'transient',
  '57': 'unknown',
  '58': 'unknown',
  XX: 'unknown',
};
/** Single codes that say more than their class: no connection was made, or the server is not up. */
const KIND_BY_STATE: Readonly<Record<string, OutcomeKind>> = {
  '08001': 'not-sent',
  '08004': 'not-sent',
  '53300': 'not-sent',
  '57P03': 'not-sent',
};
/**
 * The meaning of Prisma's codes. Source: Prisma, "Error message reference". Further ones of queries (`P2…`) are
 * `permanent`.
 */
const KIND_BY_PRISMA_CODE: Readonly<Record<string, OutcomeKind>> = {
  P1000: 'unauthorized',
  P1001: 'not-sent',
  P1002: 'unknown',
  P1008: 'unknown',
  P1010: 'unauthorized',
  P1017: 'unknown',
  P2024: 'not-sent',
  P2034: 'transient',
};
const SQL_STATE = /^[0-9A-Z]{5}$/;
const PRISMA_CODE = /^P[12]\d{3}$/;

/** Errors of databases: of `pg` (with a `severity`), of `mysql2` (`sqlState`) and of Prisma. */
export const database: Protocol = {
  ofError: (error) => {
    const kind = kindOf(error as Readonly<Record<string, unknown>>);
    return kind && { kind };
  },
};

function kindOf({ code, severity, sqlState, clientVersion, name }: Readonly<Record<string, unknown>>) {
  if (typeof severity === 'string') return stateKind(code);
  if (typeof sqlState === 'string') return stateKind(sqlState);
  if (typeof clientVersion !== 'string') return undefined;
  if (name === 'PrismaClientValidationError') return 'permanent';
  if (typeof code !== 'string' || !PRISMA_CODE.test(code)) return undefined;
  return KIND_BY_PRISMA_CODE[code] ?? 'permanent';
}

function stateKind(state: unknown): OutcomeKind | undefined {
  if (typeof state !== 'string' || !SQL_STATE.test(state)) return undefined;
  return KIND_BY_STATE[state] ?? KIND_BY_CLASS[state.slice(0, 2)] ?? 'permanent';
}
