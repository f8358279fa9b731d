/** What was done on the canvas, each deed with its way back. Nothing is copied: a deed keeps what it changed. */

export interface Deed {
  undo: () => void;
  redo: () => void;
}

const MOST = 200;

export class Past {
  private done: Deed[] = [];
  private undone: Deed[] = [];

  /** Do it and remember it. */
  act(deed: Deed): void {
    deed.redo();
    this.did(deed);
  }

  /** Remember what is done already. */
  did(deed: Deed): void {
    this.done.push(deed);
    if (this.done.length > MOST) this.done.shift();
    this.undone = [];
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
