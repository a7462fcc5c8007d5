/** A clock that moves only when told, in place of the machine's, for code that reads `Date.now` and sets timers. */
export class VirtualTime {
  private now = 1_767_225_600_000;
  private readonly timers = new Map<number, { readonly dueAt: number; readonly run: () => void }>();
  private lastId = 0;
  private readonly own = { setTimeout, clearTimeout, setInterval, clearInterval, dateNow: Date.now };
  private readonly performanceNow = performance.now.bind(performance);

  /** Milliseconds since it began. */
  get elapsed(): number {
    return this.now - 1_767_225_600_000;
  }

  get hasTimers(): boolean {
    return this.timers.size > 0;
  }

  install(): void {
    const timer = (id: number) => ({
      ref: () => id,
      unref: () => id,
      [Symbol.toPrimitive]: () => id,
      hasRef: () => true,
    });
    const start = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
      const id = ++this.lastId;
      this.timers.set(id, { dueAt: this.now + Math.max(1, Math.floor(ms)), run: () => run(...args) });
      return timer(id);
    };
    const stop = (id: unknown) => void this.timers.delete(Number(id));
    Object.assign(globalThis, { setTimeout: start, clearTimeout: stop });
    Object.assign(globalThis, {
      setInterval: (run: () => void, ms: number) => {
        const again = () => {
          run();
          this.timers.set(id, { dueAt: this.now + ms, run: again });
        };
        const id = ++this.lastId;
        this.timers.set(id, { dueAt: this.now + ms, run: again });
        return timer(id);
      },
      clearInterval: stop,
    });
    Date.now = () => this.now;
    performance.now = () => this.elapsed;
  }

  uninstall(): void {
    const { dateNow, ...timers } = this.own;
    Object.assign(globalThis, timers);
    Date.now = dateNow;
    performance.now = this.performanceNow;
  }

  /** Moves on to a moment, running what falls due on the way, and the promises behind it. */
  async moveTo(elapsed: number): Promise<void> {
    const until = elapsed + 1_767_225_600_000;
    await turn();
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      const [id, { dueAt, run }] = next;
      this.timers.delete(id);
      this.now = Math.max(this.now, dueAt);
      run();
      await turn();
    }
    this.now = Math.max(this.now, until);
  }

  private next(until: number): [number, { readonly dueAt: number; readonly run: () => void }] | undefined {
    let first: [number, { readonly dueAt: number; readonly run: () => void }] | undefined;
    for (const entry of this.timers) {
      if (entry[1].dueAt <= until && (first === undefined || entry[1].dueAt < first[1].dueAt)) first = entry;
    }
    return first;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
