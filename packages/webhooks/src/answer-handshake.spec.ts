import { describe, expect, it } from '@jest/globals';
import { answerHandshake } from './answer-handshake.js';
import { signWebhook } from './sign-webhook.js';
import { verifyWebhook } from './verify-webhook.js';

const now = 1_700_000_000_000;
const challenge = Buffer.from(JSON.stringify({ type: 'url_verification', token: 't', challenge: '3eZbrw1aB' }));

function exchange(body: Buffer, secret = 'right') {
  const request = { method: 'POST', headers: signWebhook('slack', { body, now }, secret), body };
  return answerHandshake('slack', request, verifyWebhook('slack', request, ['right'], { now }));
}

describe('answerHandshake', () => {
  it("echoes Slack's challenge as plain text", () => {
    expect(exchange(challenge)).toMatchObject({ status: 200, body: '3eZbrw1aB' });
  });

  it('answers no sender that cannot sign, so that it never reflects text for strangers', () => {
    expect(exchange(challenge, 'wrong')).toBeUndefined();
    expect(answerHandshake('slack', { method: 'POST', headers: {}, body: challenge })).toBeUndefined();
  });

  it.each(['{"type":"event_callback","challenge":"x"}', '{"type":"url_verification"}', 'token=x&text=y', ''])(
    'leaves a delivery like %j to the handler',
    (body) => {
      expect(exchange(Buffer.from(body))).toBeUndefined();
    },
  );

  it('has no answer for senders without a handshake', () => {
    expect(answerHandshake('github', { headers: {}, body: challenge })).toBeUndefined();
  });
});
