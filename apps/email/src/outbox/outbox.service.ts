import { CallLog, Clock, newId } from '@breakwater/faults';
import { Injectable } from '@nestjs/common';
import type { MessageRequest } from '../messages/message.js';

export interface SentMessage extends MessageRequest {
  readonly id: string;
  readonly idempotencyKey: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** Every message that was sent, whether or not its sender heard of it. */
@Injectable()
export class Outbox {
  private readonly messages = new Map<string, SentMessage[]>();

  constructor(
    private readonly calls: CallLog,
    private readonly clock: Clock,
  ) {}

  add(account: string, message: MessageRequest, idempotencyKey: string | null = null): SentMessage {
    const at = new Date(this.clock.wallMs()).toISOString();
    const sent: SentMessage = { id: newId('msg'), ...message, idempotencyKey, at };
    const messages = this.messages.get(account) ?? [];
    messages.push(sent);
    this.messages.set(account, messages);
    this.calls.of(account).accepted();
    return sent;
  }

  messagesOf(account: string): readonly SentMessage[] {
    return this.messages.get(account) ?? [];
  }

  reset(account: string): void {
    this.messages.delete(account);
    this.calls.reset(account);
  }
}
