/** What was done on the canvas, each deed with its way back. No figure is copied: a deed keeps what it changed. */

export interface Deed {
  undo: () => void;
  redo: () => void;
}

/** Parts of an address, as they were before or after a deed. */
export type Said = Record<string, string | undefined>;

interface Done extends Deed {
  before: Said;
  after: Said;
}

const MOST = 200;

export class Past {
  private done: Done[] = [];
  private undone: Done[] = [];

  /** `jump` draws what an address says, where a deed is of a drawing that stands no more. */
  constructor(private readonly jump: (to: Said) => void) {}

  /** Remember what is done already, and what the address said before and after. */
  did(deed: Deed, before: Said, after: Said): void {
    this.done.push({ ...deed, before, after });
    if (this.done.length > MOST) this.done.shift();
    this.undone = [];
  }

  /** Remember a deed that has everything drawn anew, such as another day. */
  jumped(before: Said, after: Said): void {
    this.did(this.byAddress(before, after), before, after);
  }

  /** The figures are to be drawn anew, and what deeds kept of them is gone: addresses lead back and forth. */
  settle(): void {
    const settled = (one: Done): Done => ({ ...one, ...this.byAddress(one.before, one.after) });
    this.done = this.done.map(settled);
    this.undone = this.undone.map(settled);
  }

  private byAddress(before: Said, after: Said): Deed {
    return { undo: () => this.jump(before), redo: () => this.jump(after) };
  }

  undo(): boolean {
    const deed = this.done.pop();
    if (!deed) return false;
    deed.undo();
    this.undone.push(deed);
    return true;
  }

  redo(): boolean {
    const deed = this.undone.pop();
    if (!deed) return false;
    deed.redo();
    this.done.push(deed);
    return true;
  }

  forget(): void {
    this.done = [];
    this.undone = [];
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }
}
