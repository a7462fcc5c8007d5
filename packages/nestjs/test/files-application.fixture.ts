import type { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { InjectHttp, Resilience, ResilienceModule, type HttpOptions, type ProviderOptions } from '@breakwater/nestjs';

@Injectable()
class FilesClient {
  constructor(@InjectHttp('files') readonly service: HttpService) {}
}

/** An application with one client, of the provider `files`, for one test at a time. */
export class FilesApplication {
  private module: TestingModule | undefined;

  async start(http: HttpOptions, options: ProviderOptions = {}) {
    this.module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ providers: { files: { http, ...options } } })],
      providers: [FilesClient],
    }).compile();
    await this.module.init();
    const resilience = this.module.get(Resilience);
    return { resilience, files: resilience.provider('files'), axios: this.module.get(FilesClient).service.axiosRef };
  }

  async close(): Promise<void> {
    await this.module?.close();
  }
}
