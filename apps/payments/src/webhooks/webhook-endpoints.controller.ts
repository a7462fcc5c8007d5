import { Body, Controller, Delete, Get, Put, Query } from '@nestjs/common';
import { type OptionalMerchantQuery, optionalMerchantQuery } from '../merchant-query.js';
import { type WebhookEndpoint, webhookEndpoint } from './webhook-endpoint.js';
import { WebhookEndpoints } from './webhook-endpoints.service.js';

/** The answer of every `/webhook-endpoints` route. */
export interface EndpointsReport {
  readonly endpoints: readonly Omit<WebhookEndpoint, 'secret'>[];
}

@Controller('webhook-endpoints')
export class WebhookEndpointsController {
  constructor(private readonly endpoints: WebhookEndpoints) {}

  @Get()
  report(): EndpointsReport {
    return { endpoints: this.endpoints.list() };
  }

  @Put()
  set(@Body({ schema: webhookEndpoint }) endpoint: WebhookEndpoint): EndpointsReport {
    this.endpoints.set(endpoint);
    return this.report();
  }

  /** Without a merchant, removes every endpoint. */
  @Delete()
  remove(@Query({ schema: optionalMerchantQuery }) { merchant }: OptionalMerchantQuery): EndpointsReport {
    this.endpoints.remove(merchant);
    return this.report();
  }
}
