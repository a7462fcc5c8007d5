import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AppModule } from './app.module.js';
import { ORDER } from './payments.fixture.js';

describe('AppModule', () => {
  let app: INestApplication;
  afterEach(() => app.close());

  it('runs in a testing module like any other', async () => {
    const testing = await Test.createTestingModule({ imports: [AppModule.forRoot()] }).compile();
    app = testing.createNestApplication();
    await app.listen(0, '127.0.0.1');

    const answer = await fetch(`${await app.getUrl()}/charges`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_shop', 'content-type': 'application/json' },
      body: JSON.stringify(ORDER),
    });

    expect(answer.status).toBe(201);
  });
});
