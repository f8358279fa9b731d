/** Where nodes stand, in coarse squares, so that a free place is found without asking every node. */

export interface Place {
  x: number;
  y: number;
}

const SQUARE = 160;
const APART_X = 184;
const APART_Y = 72;
const BESIDE = 9;

export class Taken {
  private readonly squares = new Map<string, Place[]>();

  constructor(places: Iterable<Place>) {
    for (const place of places) this.add(place);
  }

  add(place: Place): void {
    const square = this.key(place.x, place.y);
    const there = this.squares.get(square);
    if (there) there.push({ ...place });
    else this.squares.set(square, [{ ...place }]);
  }

  /** Does something stand so near that two figures would touch? */
  has({ x, y }: Place): boolean {
    for (let dx = -2; dx <= 2; dx += 1) {
      for (let dy = -1; dy <= 1; dy += 1) {
        const there = this.squares.get(this.key(x + dx * SQUARE, y + dy * SQUARE));
        if (there?.some((p) => Math.abs(p.x - x) < APART_X && Math.abs(p.y - y) < APART_Y)) return true;
      }
    }
    return false;
  }

  private key(x: number, y: number): string {
    return `${Math.floor(x / SQUARE)}:${Math.floor(y / SQUARE)}`;
  }
}

/** Places for `count` figures in rows beside `from`: above or below it, or to its left or right; none on another. */
export function rowsBeside(from: Place, count: number, before: boolean, upright: boolean, taken: Taken): Place[] {
  const across = upright ? APART_X + 8 : APART_Y + 6;
  const away = upright ? 128 : 295;
  const most = upright ? 10 : 14;
  const sign = before ? -1 : 1;
  const found: Place[] = [];
  for (let row = 0; found.length < count && row < 400; row += 1) {
    const wanted = Math.min(most, count - found.length);
    const step = away + row * (upright ? 96 : 240);
    let here = 0;
    // From the middle outwards: a place some steps aside is nearer than one below all else.
    for (let n = 0; n < Math.max(wanted * 2, BESIDE) && here < wanted; n += 1) {
      const side = n === 0 ? 0 : (n % 2 ? 1 : -1) * Math.ceil(n / 2);
      const off = (side + (wanted % 2 ? 0 : 0.5)) * across;
      const at = upright ? { x: from.x + off, y: from.y + sign * step } : { x: from.x + sign * step, y: from.y + off };
      if (taken.has(at)) continue;
      taken.add(at);
      found.push(at);
      here += 1;
    }
  }
  // Left to right, top to bottom: the largest first, as read.
  return found.sort((a, b) => (upright ? sign * (a.y - b.y) || a.x - b.x : sign * (a.x - b.x) || a.y - b.y));
}
