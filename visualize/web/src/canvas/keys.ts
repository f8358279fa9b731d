/** The keys of the canvas. */

/** What keys do; ids are of the party that is selected. */
export interface Deeds {
  undo(): void;
  redo(): void;
  expand(): void;
  fit(): void;
  remove(id: string): void;
  pin(id: string): void;
  fold(id: string): void;
  find(): void;
  next(by: 1 | -1): void;
  help(): void;
  close(): void;
  step(x: number, y: number): void;
}

const ARROWS: Record<string, [number, number]> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** Do what a key says, unless it is typed into a field; `id` is empty where no party is selected. */
export function pressed(event: KeyboardEvent, id: string, canvas: HTMLElement | null, deeds: Deeds): void {
  const at = event.target instanceof HTMLElement ? event.target : null;
  if (at?.closest("input, textarea, select, [role=slider], [role=menu], .el-popper")) return;
  const name = event.key.toLowerCase();
  const arrow = ARROWS[event.key];
  if ((event.ctrlKey || event.metaKey) && name === "z") {
    if (event.shiftKey) deeds.redo();
    else deeds.undo();
  } else if (event.ctrlKey || event.metaKey || event.altKey) return;
  else if (name === "e") deeds.expand();
  else if (name === "f") deeds.fit();
  else if (event.key === "Delete" && id) deeds.remove(id);
  else if (name === "p" && id) deeds.pin(id);
  else if (name === "c" && id) deeds.fold(id);
  else if (event.key === "/") deeds.find();
  else if (name === "j") deeds.next(1);
  else if (name === "k") deeds.next(-1);
  else if (event.key === "?") deeds.help();
  else if (event.key === "Escape") deeds.close();
  else if (arrow && at === canvas) deeds.step(...arrow);
  else return;
  event.preventDefault();
}
