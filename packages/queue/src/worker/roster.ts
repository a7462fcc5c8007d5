/** A member of a roster, with its links there, which the roster alone writes. */
export interface Rostered {
  isListed: boolean;
  before: this | undefined;
  after: this | undefined;
}

/**
 * A set for members that come and go all the time, in the order in which they came. V8's own `Set` moves to another
 * table now and then, and each table points to the next: once a major garbage collection has promoted one of them, all
 * that passes through the set survives every minor collection until the next major one. A member that has left here
 * leads to no other.
 */
export class Roster<Member extends Rostered> implements Iterable<Member> {
  private first: Member | undefined;
  private last: Member | undefined;
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(member: Member): void {
    member.isListed = true;
    member.before = this.last;
    if (this.last === undefined) this.first = member;
    else this.last.after = member;
    this.last = member;
    this.count++;
  }

  delete(member: Member): void {
    if (!member.isListed) return;
    const { before, after } = member;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    member.isListed = false;
    member.before = member.after = undefined;
    this.count--;
  }

  /** A member may leave while it is looked at. */
  *[Symbol.iterator](): Iterator<Member> {
    for (let member = this.first; member !== undefined;) {
      const { after }: Member = member;
      yield member;
      member = after;
    }
  }
}
