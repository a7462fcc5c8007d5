import { httpSection } from '../clients/http/http.section.js';
import { webhookSection } from '../inbound/webhooks/webhook.section.js';

/** Everything in a provider's settings that this package reads itself. */
export const sections = [httpSection, webhookSection] as const;
