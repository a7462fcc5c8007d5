import { httpSignatureSender } from '../http-signatures/http-signature-sender.js';

/**
 * HTTP Message Signatures as they come: the signature says what it covers, which may leave the body out. For a sender
 * that you know, `httpSignatureSender` says what it has to cover.
 */
export const rfc9421 = httpSignatureSender({ name: 'rfc9421', aliases: ['http-message-signatures'], components: [] });
