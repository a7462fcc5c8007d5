import { describe, expect, it } from '@jest/globals';
import { driverError } from './driver-error.js';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

describe('an error of a backend', () => {
  it.each([
    ['Redis that is full', reply("OOM command not allowed when used memory > 'maxmemory'."), 'OOM'],
    ['Redis that became a replica', reply("READONLY You can't write against a read only replica."), 'READONLY'],
    ['Redis that refuses a command', reply('ERR unknown command'), 'ERR'],
    ['Redis without a code', reply('something else'), 'UNAVAILABLE'],
    ['Postgres', Object.assign(new Error('cannot execute INSERT'), { code: '25006' }), '25006'],
    ['a lost connection', new Error('Connection is closed.'), 'UNAVAILABLE'],
    ['nothing in particular', undefined, 'UNAVAILABLE'],
  ])('has the code of %s', (_, error, code) => {
    expect(driverError(error)).toMatchObject({ name: 'QueueDriverError', code });
  });
});
