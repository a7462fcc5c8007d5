import type { HttpService } from '@nestjs/axios';
import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CircuitBreaker } from '../../decorators/circuit-breaker.decorator.js';
import { Resilient } from '../../decorators/resilient.decorator.js';
import { Retry } from '../../decorators/retry.decorator.js';
import { Resilience } from '../../resilience.js';
import { ResilienceModule } from '../../resilience.module.js';
import { InjectHttp } from './inject-http.decorator.js';

@Injectable()
@Resilient('files')
class FilesClient {
  asked = 0;

  constructor(@InjectHttp('files') private readonly http: HttpService) {}

  @Retry({ attempts: 3, backoff: { initial: 0 } })
  @CircuitBreaker({ window: { consecutive: 1 } })
  async find(signal: AbortSignal): Promise<void> {
    this.asked++;
    await this.http.axiosRef.get('/', { signal });
  }
}

describe('a request of axios under a signal that had aborted before', () => {
  it('blames no provider, and is not made again', async () => {
    const http = { baseUrl: 'http://127.0.0.1:9' };
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ logger: false, providers: { files: { http } } })],
      providers: [FilesClient],
    }).compile();
    await module.init();
    const files = module.get(FilesClient);
    await expect(files.find(AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    const { policies } = module.get(Resilience).provider('files').snapshot();
    expect(files.asked).toBe(1);
    expect(policies.filter(({ kind }) => kind === 'circuitBreaker')).toMatchObject([{ failed: 0, ignored: 1 }]);
    await module.close();
  });
});
