import { httpSection } from './http/http.section.js';
import { webhookSection } from './webhooks/webhook.section.js';

/** Everything in a provider's settings that this package reads itself. */
export const sections = [httpSection, webhookSection] as const;
