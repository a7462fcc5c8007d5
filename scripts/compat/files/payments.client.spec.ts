import { Test } from '@nestjs/testing';
import { getHttpToken, Resilience } from '@breakwater/nestjs';
import { of } from 'rxjs';
import { PaymentsClient } from './payments.client';

describe('PaymentsClient', () => {
  it('runs its methods bare in a testing module', async () => {
    const http = { post: () => of({ data: { id: 'ch_1' } }) };
    const module = await Test.createTestingModule({
      providers: [
        PaymentsClient,
        { provide: getHttpToken('payments'), useValue: http },
        { provide: Resilience, useValue: {} },
      ],
    }).compile();
    expect(await module.get(PaymentsClient).charge({ id: 'o-1', amount: 5 })).toEqual({ id: 'ch_1' });
  });
});
