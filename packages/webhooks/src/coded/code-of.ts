import type { SenderPlan } from '../definition/sender-plan.js';
import { jwtCode } from './jwt/jwt-code.js';
import { fetchedKeyCode } from './fetched-key-code.js';
import type { CodedSender, SenderCode } from './sender-code.js';

const codes = new WeakMap<SenderPlan, SenderCode>();

/** The code of a sender, for those that have some; that of tokens and fetched keys follows from the sender's data. */
export function codeOf(plan: SenderPlan): SenderCode | undefined {
  const { sender } = plan;
  const own = (sender as Partial<CodedSender>).code;
  if (own !== undefined || (sender.jwt === undefined && sender.fetchedKey === undefined)) return own;
  let code = codes.get(plan);
  if (code === undefined) {
    code = sender.jwt === undefined ? fetchedKeyCode(sender.fetchedKey) : jwtCode(sender, sender.jwt);
    codes.set(plan, code);
  }
  return code;
}
