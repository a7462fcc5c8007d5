import { defineSender } from '../definition/define-sender.js';

/** Azure DevOps service hooks: basic authentication. The secret is `user:password`. */
export const azureDevops = defineSender({
  name: 'azure-devops',
  docs: 'https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks',
  algorithm: 'basic',
  signature: { header: 'authorization' },
  id: { json: 'id' },
  eventType: { json: 'eventType' },
});
