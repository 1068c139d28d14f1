import { svg } from './dom.js';

const GAP = 2.4;
/** Steps are few; until they are known, the ring is one. */
const WHOLE = 100;

/** The outline around the face: one line that breathes, then one part for each step. */
export class ProgressRing {
  readonly element = svg('svg', {
    class: 'ring',
    part: 'ring',
    viewBox: '0 0 300 400',
    'aria-hidden': 'true',
    focusable: 'false',
  });
  #total = -1;

  show(done: number, total: number): void {
    if (total !== this.#total) {
      this.#total = total;
      this.element.replaceChildren(...partsOf(total));
    }
    [...this.element.children].forEach((part, i) => {
      part.setAttribute(
        'data-part',
        total === 0 ? 'whole' : i < done ? 'done' : i === done ? 'now' : 'later',
      );
    });
  }
}

function partsOf(total: number): SVGElement[] {
  if (total === 0) return [outline({})];
  const length = WHOLE / total - GAP;
  return Array.from({ length: total }, (_, i) =>
    outline({
      'stroke-dasharray': `${length} ${WHOLE - length}`,
      'stroke-dashoffset': -(i * (WHOLE / total) + GAP / 2),
    }),
  );
}

/** Turned, so that it begins at the top. */
function outline(dashes: Readonly<Record<string, string | number>>): SVGElement {
  return svg('ellipse', {
    cx: 150,
    cy: 200,
    rx: 193,
    ry: 143,
    transform: 'rotate(-90 150 200)',
    pathLength: WHOLE,
    ...dashes,
  });
}
