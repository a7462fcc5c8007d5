import { ResilienceConfigurationError } from '@breakwater/core';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ResilienceParts } from '../../providers/resilience-parts.js';
import { shareEndpoints } from './events/share-endpoints.js';
import { leaveUnreadOnExpress, type ExpressAdapterLike } from './raw-body/leave-unread-on-express.js';
import { leaveUnreadOnFastify, type FastifyAdapterLike } from './raw-body/leave-unread-on-fastify.js';
import { RawBodyProbe } from './raw-body/raw-body.probe.js';
import { markWebhookRoutes } from './raw-body/webhook-route-mark.js';
import { whenAdapterKnown, type Adapter } from './raw-body/when-adapter-known.js';

/**
 * Prepares the routes of webhooks before Nest registers them. Several handlers may have one path. The framework leaves
 * the bodies in the stream, for the guard to read: its parsers would refuse what they do not know, stop at limits of
 * their own, and parse what has not been verified. Other routes are not touched.
 */
@Injectable()
export class WebhookRoutes implements OnApplicationBootstrap {
  private parsed: () => readonly string[] = () => [];

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(RawBodyProbe) private readonly rawBody: RawBodyProbe,
    @Inject(ResilienceParts) private readonly parts: ResilienceParts,
  ) {
    whenAdapterKnown(host, (adapter) => this.prepare(adapter));
  }

  /** Routes are known only now, after the boot checks of everything else. */
  onApplicationBootstrap(): void {
    if (this.rawBody.state !== 'off') return;
    const faults = this.parsed().map((path) => ({ path, message: SHARED }));
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
  }

  private prepare(adapter: Adapter): void {
    for (const { controllers } of this.modules.values()) {
      for (const { metatype } of controllers.values()) if (metatype !== null) markWebhookRoutes(metatype);
    }
    shareEndpoints(adapter);
    if (adapter.getType() === 'fastify') leaveUnreadOnFastify(adapter as FastifyAdapterLike);
    else if (adapter.getType() === 'express')
      this.parsed = leaveUnreadOnExpress(adapter as ExpressAdapterLike, this.parts.requestLog('Webhooks'));
  }
}

const SHARED =
  'another route or middleware takes this path as well, so its body is parsed before it is known to be a webhook, and rawBody is off: NestFactory.create(AppModule, { rawBody: true }), or give the webhook a path of its own';
