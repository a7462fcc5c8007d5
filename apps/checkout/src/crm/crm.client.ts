import { CircuitBreaker, InjectHttp, RateLimited, Resilient, Timeout } from '@breakwater/nestjs';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';

export interface Customer {
  readonly id: string;
  readonly name: string;
}

@Injectable()
@Resilient('crm')
export class CrmClient {
  constructor(@InjectHttp('crm') private readonly http: HttpService) {}

  /** A user waits for it: it goes before the syncs in the background. */
  @CircuitBreaker()
  @RateLimited()
  @Timeout()
  async customer(id: string): Promise<Customer> {
    return (await this.http.axiosRef.get<Customer>(`/customers/${encodeURIComponent(id)}`)).data;
  }
}
