/** A small grey picture in which straight, nearly upright lines are looked for; row by row from the top left. */
export interface LinePicture {
  readonly width: number;
  readonly height: number;
  /** 0…255 */
  readonly luma: Float32Array;
  /** 1 where the photograph has something, 0 beyond its edge. */
  readonly inside: Uint8Array;
}

/** x = at + slope · (row − centre row), in pixels. */
export interface Line {
  readonly at: number;
  readonly slope: number;
  /** How many of the rows above each row have an edge on the line, and how many have a picture there. */
  readonly edges: Uint16Array;
  readonly inside: Uint16Array;
}

/** Where the luma rises (1) or falls (−1) to the right: the edges of nearly upright things. */
type UprightEdges = Int8Array;

interface LineSearch {
  /** Whether the line is brighter on its right (1) or on its left (−1). */
  readonly rises: 1 | -1;
  /** Columns that the line may cross the centre row at. */
  readonly from: number;
  readonly to: number;
  readonly centreRow: number;
  /** Rows to each side of the centre row that have to be on the line. */
  readonly reach: number;
}

/** Nobody holds a telephone quite straight: 13 slopes within 9.2°, each a third of a pixel from the next over 13 rows. */
const SLOPES = Array.from({ length: 13 }, (_, i) => (i - 6) * 0.027);
/** A step along the row must be so many times the one along the column; a 34° edge is neither upright nor level. */
const MIN_STEEPNESS = 1.5;
/** A candidate has an edge in so many of its rows, and no more of them than this lie outside of the picture. */
const MIN_SUPPORT = 0.6;
const MIN_INSIDE = 0.8;
/** Best lines of one search, and how far (pixels, slopes) the next best has to be from them to be another one. */
const MAX_LINES = 5;
const SAME_LINE = 2;
/** A stretch shorter than this, in rows, or mostly outside of the picture, shows nothing. */
const MIN_STRETCH = 4;
const MIN_STRETCH_INSIDE = 0.6;

/** @param minStep luma between the two neighbours of a pixel that makes an edge */
export function uprightEdges({ width, height, luma, inside }: LinePicture, minStep: number): UprightEdges {
  // Grain is averaged along the edge before the difference across it is taken, over three pixels where there are three.
  const alongColumn = new Float64Array(luma);
  for (let i = width; i < luma.length - width; i++) {
    alongColumn[i] = (luma[i - width]! + luma[i]! + luma[i + width]!) / 3;
  }
  const ofRow = (i: number) => (luma[i - 1]! + luma[i]! + luma[i + 1]!) / 3;
  const edges = new Int8Array(luma.length);
  for (let y = 0; y < height; y++) {
    const inner = y > 0 && y < height - 1;
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      if (!inside[i - 1] || !inside[i] || !inside[i + 1]) continue;
      const across = alongColumn[i + 1]! - alongColumn[i - 1]!;
      if (Math.abs(across) <= minStep) continue;
      const along = inner ? ofRow(i + width) - ofRow(i - width) : 0;
      if (Math.abs(across) > MIN_STEEPNESS * Math.abs(along)) edges[i] = Math.sign(across);
    }
  }
  return edges;
}

/** @returns the best lines, no two of them nearly the same, best first */
export function findLines(picture: LinePicture, edges: UprightEdges, search: LineSearch): Line[] {
  const { width, height } = picture;
  const { centreRow, reach, rises } = search;
  const from = Math.max(0, search.from);
  const columns = Math.min(width, search.to) - from;
  if (columns <= 0) return [];

  const marks = marksOf(picture, edges, rises);
  // For each slope the support of the line through each column of the centre row.
  const supports = new Float64Array(SLOPES.length * columns);
  for (const [k, slope] of SLOPES.entries()) {
    // How many rows of a line have a picture, and how many an edge: row after row, for all columns at once.
    const seen = new Uint16Array(columns);
    const hits = new Uint16Array(columns);
    for (let i = -reach; i < reach; i++) {
      const shift = from + rounded(slope * i);
      const start = (centreRow + i) * width + shift;
      const end = Math.min(columns, width - shift);
      for (let column = Math.max(0, -shift); column < end; column++) {
        const mark = marks[start + column]!;
        seen[column]! += mark & 1;
        hits[column]! += mark >> 1;
      }
    }
    for (let column = 0; column < columns; column++) {
      const rows = seen[column]!;
      if (rows > MIN_INSIDE * 2 * reach) supports[k * columns + column] = hits[column]! / rows;
    }
  }

  const lines: Line[] = [];
  while (lines.length < MAX_LINES) {
    const best = indexOfHighest(supports);
    if (supports[best]! < MIN_SUPPORT) break;
    const [k, column] = [Math.floor(best / columns), best % columns];
    const [at, slope] = [from + column, SLOPES[k]!];
    const line: Line = {
      at,
      slope,
      edges: new Uint16Array(height + 1),
      inside: new Uint16Array(height + 1),
    };
    for (let y = 0; y < height; y++) {
      const x = at + rounded(slope * (y - centreRow));
      const mark = x < 0 || x >= width ? 0 : marks[y * width + x]!;
      line.inside[y + 1] = line.inside[y]! + (mark & 1);
      line.edges[y + 1] = line.edges[y]! + (mark >> 1);
    }
    lines.push(line);
    const [left, right] = [Math.max(0, column - SAME_LINE), Math.min(columns, column + SAME_LINE + 1)];
    for (let near = Math.max(0, k - SAME_LINE); near <= k + SAME_LINE && near < SLOPES.length; near++) {
      supports.fill(0, near * columns + left, near * columns + right);
    }
  }
  return lines;
}

/** @returns of equal ones the first; values are not negative */
function indexOfHighest(values: Float64Array): number {
  let highest = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[highest]!) highest = i;
  return highest;
}

/** @returns for each pixel 0 beyond the photograph, 1 in it, 3 where there is also an edge within a pixel of the row */
function marksOf({ inside }: LinePicture, edges: UprightEdges, rises: 1 | -1): Uint8Array {
  const marks = inside.slice();
  for (let i = 0; i < edges.length; i++) {
    if (edges[i] !== rises) continue;
    // No edge lies in the first or the last column.
    for (let near = i - 1; near <= i + 1; near++) if (inside[near]) marks[near] = 3;
  }
  return marks;
}

/** @returns in which part of its rows between two the line has an edge, 0…1; 0 when too little of it is to be seen */
export function supportBetween(line: Line, from: number, to: number): number {
  const rows = line.edges.length - 1;
  const [start, end] = [from, to].map((row) => Math.min(rows, Math.max(0, rounded(row)))) as [number, number];
  if (end - start < MIN_STRETCH) return 0;
  const seen = line.inside[end]! - line.inside[start]!;
  if (seen < MIN_STRETCH_INSIDE * (end - start)) return 0;
  return (line.edges[end]! - line.edges[start]!) / seen;
}

/** Halves upwards, on either side of zero. */
function rounded(value: number): number {
  return Math.floor(value + 0.5);
}
