import { defineSender } from '../definition/define-sender.js';

/**
 * Paddle Billing. The tolerance of five seconds is that of its own SDKs: cold starts, queues and tunnels are often
 * later, so that many receivers give more.
 */
export const paddle = defineSender({
  name: 'paddle',
  docs: 'https://developer.paddle.com/webhooks/signature-verification',
  algorithm: 'hmac-sha256',
  signature: { header: 'paddle-signature', list: { separator: ';', assign: '=', label: 'h1' } },
  payload: '{timestamp}:{body}',
  timestamp: { entry: 'ts', unit: 's', tolerance: '5s' },
  id: { json: 'event_id' },
  eventType: { json: 'event_type' },
});
