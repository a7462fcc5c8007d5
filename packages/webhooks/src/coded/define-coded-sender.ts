import { defineSender } from '../definition/define-sender.js';
import type { CodedSender } from './sender-code.js';

/** Describes a sender of this package that needs code besides its data. */
export function defineCodedSender(definition: CodedSender): CodedSender {
  return defineSender(definition) as CodedSender;
}
