import { describe, expect, it } from '@jest/globals';
import { Model } from '../page/src/state/model.js';
import { Frames } from '../src/hosts/frames.js';
import type { EventView, Frame, HostView } from '../src/wire/frame.js';
import { AT, providerView } from './gallery/provider-view.fixture.js';

/** A page that was open before any of the hosts came, and what it is told of them. */
function openPage() {
  const [frames, model] = [new Frames(), new Model()];
  let at = AT;
  return {
    model,
    tell: (...hosts: readonly HostView[]) => {
      at += 1000;
      model.apply(JSON.parse(frames.patch(hosts, at).slice('data: '.length)) as Frame);
    },
  };
}

function event(id: number, type: string): EventView {
  return { id, at: AT - 10_000 + id, type, level: 'warn', provider: 'payments', reason: '', count: 1 };
}

function host(id: string, name: string, events: readonly EventView[]): HostView {
  return { id, host: name, at: AT, providers: [providerView({ name: 'payments', rate: 5 })], queues: [], events };
}

const opened = event(40, 'circuitBreaker.opened');
const refused = event(41, 'rateLimit.refused');

describe('a host on an open page', () => {
  it('has each of its events once where it gets another name, and gets its first one back', () => {
    const { model, tell } = openPage();
    const shown = () => model.events.map(({ host: name, type }) => [name, type]);
    tell(host('a', 'web', [opened]));
    tell(host('a', 'web · a', [opened]), host('b', 'web · b', [refused]));
    expect([...model.hosts.keys()]).toEqual(['web · a', 'web · b']);
    expect(shown()).toEqual([
      ['web · b', 'rateLimit.refused'],
      ['web · a', 'circuitBreaker.opened'],
    ]);
    tell(host('a', 'web', [opened]));
    expect([...model.hosts.keys()]).toEqual(['web']);
    expect(shown()).toEqual([
      ['web · b', 'rateLimit.refused'],
      ['web', 'circuitBreaker.opened'],
    ]);
  });

  it('keeps the events that its view has forgotten where it gets another name', () => {
    const { model, tell } = openPage();
    tell(host('a', 'web', [opened]));
    tell(host('a', 'web', [refused]));
    tell(host('a', 'web · a', [refused]));
    expect(model.events.map(({ host: name, type }) => [name, type])).toEqual([
      ['web · a', 'rateLimit.refused'],
      ['web · a', 'circuitBreaker.opened'],
    ]);
  });

  it('tells its own events, which are counted from one again, where it takes the name of one that is gone', () => {
    const { model, tell } = openPage();
    tell(host('a', 'web', [opened]));
    tell(host('b', 'web', [event(1, 'rateLimit.refused')]));
    expect([...model.hosts.keys()]).toEqual(['web']);
    expect(model.events.map(({ hostId, type }) => [hostId, type])).toEqual([
      ['a', 'circuitBreaker.opened'],
      ['b', 'rateLimit.refused'],
    ]);
  });

  it('has its last five minutes at once where it comes, and where it gets another name', () => {
    const { model, tell } = openPage();
    const secondsOf = (name: string) => model.hosts.get(name)?.providers.get('payments')?.seconds.length;
    const all = host('a', 'web', []).providers[0]!.seconds.length;
    expect(all).toBeGreaterThan(100);
    tell(host('a', 'web', []));
    expect(secondsOf('web')).toBe(all);
    tell(host('a', 'web · a', []));
    expect(secondsOf('web · a')).toBe(all);
  });
});
