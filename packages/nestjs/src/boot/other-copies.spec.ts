import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, type Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { askedTokens } from '../inject/asked-tokens.js';
import { copies, Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';

/** Stands for the class of a copy that was loaded as CommonJS, say. */
abstract class OtherResilience extends Resilience {}

/** As `@Retry` of that copy would leave it. */
@Injectable()
class Client {
  constructor(@Inject(OtherResilience) readonly resilience: unknown) {}
}

const loaded = copies as Set<typeof Resilience>;

async function boot(providers: Provider[]): Promise<void> {
  const module = await Test.createTestingModule({ imports: [ResilienceModule.forRoot()], providers }).compile();
  await module.init();
  await module.close();
}

describe('a class that was decorated with another copy of this package', () => {
  afterEach(() => {
    loaded.delete(OtherResilience);
    askedTokens.delete('ResilienceFetch_elsewhere');
  });

  it('ends the boot with what is wrong, rather than with an import that is there', async () => {
    loaded.add(OtherResilience);
    await expect(boot([Client])).rejects.toThrow(/@breakwater\/nestjs is loaded twice/);
  });

  it('ends it so, too, where the class first asks for something by the name of a provider', async () => {
    /** As `@InjectFetch` of that copy would leave it. */
    @Injectable()
    class FetchClient {
      constructor(
        @Inject('ResilienceFetch_elsewhere') readonly fetch: unknown,
        @Inject(OtherResilience) readonly resilience: unknown,
      ) {}
    }
    loaded.add(OtherResilience);
    askedTokens.add('ResilienceFetch_elsewhere');
    await expect(boot([FetchClient])).rejects.toThrow(/@breakwater\/nestjs is loaded twice/);
  });

  it('is told only where there is one: another copy that is not used raises nothing', async () => {
    loaded.add(OtherResilience);
    await expect(boot([])).resolves.toBeUndefined();
  });
});
