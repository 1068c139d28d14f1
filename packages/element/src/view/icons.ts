import { svg } from './dom.js';

/** Outlines on a field of 24 × 24. */
const PATHS = {
  camera: ['M3 8a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z', 'm16 10.5 5-3v9l-5-3'],
  tick: ['m5 12.5 4.5 4.5L19 7.5'],
  cross: ['M6 6l12 12M18 6 6 18'],
  alert: ['M12 3.5 21.5 20h-19z', 'M12 10v4.5M12 17.2v.1'],
  clock: ['M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z', 'M12 7.5V12l3 2'],
  link: ['M4 9.5a12 12 0 0 1 16 0', 'M7.5 13a7 7 0 0 1 9 0', 'M12 17v.1', 'M4 3l16 18'],
  lock: ['M6 11h12v9H6z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3'],
  face: [
    'M12 3c4 0 6.5 3 6.5 8S15.5 21 12 21s-6.5-5-6.5-10S8 3 12 3z',
    'M9.5 10v.6M14.5 10v.6M9.8 15c1.3 1 3.1 1 4.4 0',
  ],
  steps: ['M4 12h13', 'm12 7 5 5-5 5', 'M20.5 5v14'],
  chevron: ['m9 5 7 7-7 7'],
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName, className = 'icon'): SVGSVGElement {
  return svg(
    'svg',
    { class: className, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    ...PATHS[name].map((d) => svg('path', { d })),
  );
}

/**
 * A face that does what is asked for; the stylesheet moves it by `data-movement`. As in a mirror: the person's own
 * left is on the left.
 */
export function movingFace(): SVGSVGElement {
  return svg(
    'svg',
    { class: 'figure', viewBox: '0 0 96 96', 'aria-hidden': 'true', focusable: 'false' },
    svg(
      'g',
      { class: 'head' },
      svg('ellipse', { class: 'outline', cx: 48, cy: 48, rx: 29, ry: 37 }),
      svg(
        'g',
        { class: 'features' },
        svg('ellipse', { class: 'eye', cx: 37, cy: 42, rx: 3.6, ry: 4.4 }),
        svg('ellipse', { class: 'eye', cx: 59, cy: 42, rx: 3.6, ry: 4.4 }),
        svg('path', { class: 'nose', d: 'M45.5 54q2.5 2.5 5 0' }),
        svg('ellipse', { class: 'mouth', cx: 48, cy: 66, rx: 9.5, ry: 9.5 }),
      ),
    ),
    svg('path', { class: 'arrow to-left', d: 'M14 38 5 48l9 10' }),
    svg('path', { class: 'arrow to-right', d: 'm82 38 9 10-9 10' }),
    svg('path', { class: 'arrow down', d: 'm84 60 6 7 6-7M90 66V30' }),
  );
}
